"""Where a trainee's lines come from: a script without any clock, or a terminal on which time goes on meanwhile."""

import os
import select
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

PROMPT = "> "


class EndOfLinesError(Exception):
    """No line will come any more; `leaves` says that the trainee left, and does not want to see the rest."""

    def __init__(self, *, leaves: bool) -> None:
        super().__init__()
        self.leaves = leaves


class Lines(Protocol):
    """A source of lines."""

    @property
    def pace(self) -> str:
        """How the story's clock runs, in a sentence."""
        ...

    def clear(self) -> None:
        """Leave the line that waits to be typed on, since something is printed."""

    def read(self, now: datetime, until: datetime) -> tuple[str | None, datetime]:
        """The next line with the story time it came at; None when `until` came first.

        Raises:
            EndOfLinesError: there are no more.

        """


class Script:
    """Lines that were written before: each takes no story time, but for what it says itself."""

    pace = "The clock goes on by `wait` alone."

    def __init__(self, lines: Iterable[str], say: Callable[[str], None]) -> None:
        self._lines, self._say = iter(lines), say

    def clear(self) -> None:
        """Nothing waits."""

    def read(self, now: datetime, until: datetime) -> tuple[str | None, datetime]:  # noqa: ARG002 - see Lines
        """The next line that is no comment; after the last one the story runs to its end."""
        for line in self._lines:
            if not line.startswith("#"):
                self._say(f"{PROMPT}{line.rstrip()}")
                return line, now
        raise EndOfLinesError(leaves=False)


class Terminal:
    """Lines as they are typed. `speed` is in story minutes a second; 0 stops the clock while nobody presses Enter."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._typed = b""
        self._prompted = False

    @property
    def pace(self) -> str:
        """How the story's clock runs, in a sentence."""
        if not self._speed:
            return "The clock stands still until you press Enter."
        return (
            f"The clock runs {self._speed:g} story minutes a second, while you read too; `--speed 1` gives time to "
            "think, `--speed 0` stands still. Enter goes on at once."
        )

    def clear(self) -> None:
        """End the line of a prompt that nobody typed on."""
        if self._prompted:
            print()  # noqa: T201 - a prompt has no line of its own
            self._prompted = False

    def read(self, now: datetime, until: datetime) -> tuple[str | None, datetime]:
        """Wait for a line while the story's clock runs; Ctrl-C and Ctrl-D leave."""
        if not self._prompted:
            print(PROMPT, end="", flush=True)  # noqa: T201 - a prompt has no line of its own
            self._prompted = True
        began = time.monotonic()
        patience = (until - now).total_seconds() / 60 / self._speed if self._speed else None
        try:
            line = self._line(patience)
        except (KeyboardInterrupt, EOFError):
            self.clear()
            raise EndOfLinesError(leaves=True) from None
        if line is None:
            return None, until
        self._prompted = False
        passed = timedelta(minutes=round((time.monotonic() - began) * self._speed))
        return line, min(now + passed, until)

    def _line(self, patience: float | None) -> str | None:
        """One line; None when there is none for so many seconds. Several may be pasted at once."""
        end = None if patience is None else time.monotonic() + patience
        while b"\n" not in self._typed:
            left = None if end is None else max(0.0, end - time.monotonic())
            if not select.select([sys.stdin], [], [], left)[0]:
                return None
            got = os.read(sys.stdin.fileno(), 4_096)
            if not got:
                raise EOFError
            self._typed += got
        line, _, self._typed = self._typed.partition(b"\n")
        return line.decode("utf-8", "replace")
