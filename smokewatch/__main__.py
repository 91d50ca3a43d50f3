"""Starts the command line, ready to be stopped before anything else."""

import signal
import sys
from types import FrameType
from typing import NoReturn

LASTING = frozenset({"up", "demo", "worker", "poll"})
"""Commands that a service manager stops with SIGTERM, maybe before they have loaded."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    if LASTING.isdisjoint(sys.argv[1:] if arguments is None else arguments):
        return _run(arguments)
    before = signal.signal(signal.SIGTERM, _end)
    try:
        return _run(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: list[str] | None) -> int:
    from smokewatch.cli.outcome import run  # noqa: PLC0415 - loading takes a second, in which SIGTERM may come

    return run(arguments)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Nothing runs yet, so this is a clean stop."""
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
