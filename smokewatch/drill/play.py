"""Plays a drill: shows what arrives, takes the trainee's lines, and lets time go on in between."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from smokewatch.drill import show
from smokewatch.drill.game import Game, News
from smokewatch.drill.lines import EndOfLinesError, Lines
from smokewatch.drill.scenario import DrillError
from workflow.errors import WorkflowError

_COMMAND = re.compile(r"ESC-(\d{1,9})\b:?\s*(.*)", re.IGNORECASE)
_ANSWER = re.compile(r"answer\s+(\d{1,4})\b:?\s*(.*)", re.IGNORECASE)
_WAIT = re.compile(r"(?:wait|w)?(?:\s+(\d{1,5}))?", re.IGNORECASE)
_READ = re.compile(r"read\s+(\d{1,4})", re.IGNORECASE)
_AS = re.compile(r"as\s+(\S.*)", re.IGNORECASE)


class _QuitError(Exception):
    """The trainee has had enough."""


@dataclass
class Play:
    """A drill on a terminal: `say` prints one line."""

    game: Game
    lines: Lines
    say: Callable[[str], None]

    def run(self) -> None:
        """Play until the story ends or the trainee leaves."""
        self._say(show.opening(self.game, self.lines.pace))
        try:
            while not self.game.is_over:
                self._turn()
        except _QuitError:
            return
        except EndOfLinesError as end:
            if not end.leaves:
                self._run_out()

    def _turn(self) -> None:
        """One line of the trainee, or what came before it."""
        line, at = self.lines.read(self.game.now, self.game.next_moment())
        if line is None:
            self._tell(self.game.go_on(at))
            return
        self.game.now = at
        try:
            self._obey(line.strip())
        except WorkflowError as refusal:
            self.say(str(refusal))

    def _run_out(self) -> None:
        """Nobody is there any more, and the story goes on."""
        while not self.game.is_over:
            self._tell(self.game.go_on(self.game.scenario.calendar.end))

    def _obey(self, line: str) -> None:
        if found := _COMMAND.fullmatch(line):
            self._command(int(found[1]), found[2])
        elif found := _ANSWER.fullmatch(line):
            self._say(show.sent(self.game, self.game.answer(int(found[1]), _unescaped(found[2]))))
            self._tell(self.game.settle())
        elif found := _WAIT.fullmatch(line):
            end = self.game.scenario.calendar.end
            until = self.game.now + timedelta(minutes=int(found[1])) if found[1] else end
            self._tell(self.game.go_on(min(until, end)), passed=True)
        elif found := _READ.fullmatch(line):
            self._read(int(found[1]))
        elif found := _AS.fullmatch(line):
            self.say(f"You are now {self.game.become(found[1]).name}.")
        elif (word := line.lower()) in {"quit", "exit", "q"}:
            raise _QuitError
        elif word in {"help", "?"}:
            self._say(show.help_lines())
        elif word == "mails":
            self._say(show.inbox(self.game))
        else:
            raise DrillError(f'"{line}" is nothing I know here. `help` lists what you can type.')

    def _command(self, number: int, text: str) -> None:
        if not text:
            raise DrillError(f"Write what to do with it, as in `ESC-{number} ack`.")
        for sentence in self.game.command(number, _unescaped(text)):
            self._say(show.said(sentence))
        self._tell(self.game.settle())

    def _read(self, number: int) -> None:
        posted = self.game.office.mail(number)
        if posted is None:
            raise DrillError(f"There is no mail {number} yet: `mails` lists what has arrived.")
        self._say(show.mail(posted))

    def _tell(self, news: News, *, passed: bool = False) -> None:
        """What came; after a wait, also that nothing did."""
        if news.mails or news.alerts:
            self.lines.clear()
            self._say(show.news(self.game, news))
        elif passed:
            self.say(f"{show.clock(self.game, news.at)}: nothing new.")

    def _say(self, lines: list[str]) -> None:
        for line in lines:
            self.say(line)


def _unescaped(text: str) -> str:
    r"""A line cannot hold a line break, so `\n` stands for one."""
    return text.replace("\\n", "\n")
