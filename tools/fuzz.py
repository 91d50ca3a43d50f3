"""Sends mutated mails and commands through their readers until stopped: `python -m tools.fuzz --minutes 10 PATH ...`.

Whatever escapes as anything but `Unreadable`, or takes longer than a second, is written to `var/fuzz/`, to become a
test.
"""

import argparse
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from config.settings import Limits
from config.words import Direction
from ingest.mail import Unreadable
from ingest.read import read_mail
from ingest.replies.words import words_of
from signals.reader import read_message
from smokewatch.sample.render import sample_mails
from workflow.calendars import calendar_of
from workflow.grammar import parse_block

NASTY = (
    b"\x00", b"\xff\xfe", b"\r\n\r\n", b"\n.\n", b"=?utf-8?q?=0D=0ABcc:?=", b";" * 300, b"(" * 300, b"--", b"\n ",
    b"boundary=", b"charset=\xc3", b"; name*0*=x; name*1=y", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"message/rfc822", b"\xf0\x9f\x94\xa5", b"\xed\xa0\x80", b">" * 500, b"<!--" * 200, b"On Mon wrote:\n> ",
)  # fmt: skip
COMMANDS = [
    text.encode()
    for text in (
        "ack", "Hi Lena,\n\nstart\nown\nassign @lena\nnote: rang them\n\nBest\nOmar", "priority high\nsev 1\nstatus",
        "waiting on Network Team\nnext: send the build by Friday 5 pm\npromise 3 June 14:00: the build",
        "snooze 2d\nnoise: a test\nuseful\nkept\nundo\nhelp\nsplit\nmerge ESC-7\nreopen: it came back",
        "resolve: replaced\nclose\nroot cause: a worn plug\nover two lines\nresolution: replaced", "yes", "confirm",
        "next: morgen 9 Uhr\npromise demain: le rapport\nsnooze hasta el lunes",
        "prioritty hihg\nasign @lena\nESC-7: ack",
    )
]  # fmt: skip
FINDS = Path("var/fuzz")
NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
SLOW_SECONDS = 1.0
TELL_SECONDS = 10
LARGEST = 200_000


def main() -> None:
    """Fuzz, and report every ten seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="mails, or folders of mails, to start from")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    chosen = parser.parse_args()
    seeds = [mail.raw for mail in sample_mails(NOW)] + [path.read_bytes()[:LARGEST] for path in _files(chosen.paths)]
    dice, outcomes = random.Random(chosen.seed), Counter[str]()  # noqa: S311 - the same finds for the same seed
    began = told = time.monotonic()
    print(f"seed {chosen.seed}, {len(seeds)} mails to start from; Ctrl-C stops")
    try:
        while time.monotonic() - began < chosen.minutes * 60:
            outcomes[_try(_read, mutated(dice, seeds))] += 1
            outcomes[_try(_command, mutated(dice, COMMANDS))] += 1
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                _tell(outcomes, told - began)
    except KeyboardInterrupt:
        pass
    _tell(outcomes, time.monotonic() - began)
    sys.exit(1 if outcomes["escaped"] else 0)


def _files(paths: list[Path]) -> list[Path]:
    return [f for path in paths for f in ([path] if path.is_file() else sorted(path.rglob("*"))) if f.is_file()]


def _tell(outcomes: Counter[str], seconds: float) -> None:
    runs = sum(outcomes.values())
    print(f"{runs} runs, {runs / seconds:.0f}/s: {dict(outcomes)}", flush=True)


def mutated(dice: random.Random, seeds: list[bytes]) -> bytes:
    """One mail with a few random wounds: bytes put in, taken out, doubled, or grafted from another mail."""
    raw = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        place = dice.randint(0, len(raw))
        match dice.randint(0, 4):
            case 0:
                raw[place:place] = dice.choice(NASTY)
            case 1:
                del raw[place : place + dice.randint(1, 200)]
            case 2:
                raw[place:place] = raw[place : place + dice.randint(1, 2_000)] * dice.randint(1, 5)
            case 3:
                other = dice.choice(seeds)
                start = dice.randint(0, len(other))
                raw[place:place] = other[start : start + 500]
            case _:
                raw[place : place + 1] = bytes([dice.randint(0, 255)])
    return bytes(raw[:LARGEST])


def _read(raw: bytes) -> str:
    """Read a mail, what stands at its top as commands, and its text for signals."""
    try:
        mail = read_mail(raw, Limits())
    except Unreadable:
        return "parked"
    words = words_of(mail.command_text)
    parse_block(words.top, NOW, "Europe/Berlin")
    parse_block(words.below, NOW, "Europe/Berlin")
    read_message(mail.new_text, Direction.IN, NOW, calendar_of(None), None, mail.subject, mail.signature)
    return "read"


def _command(raw: bytes) -> str:
    """Read a text as commands."""
    found = parse_block(raw.decode("utf-8", "replace"), NOW, "America/New_York")
    return "commands" if found.commands else "no commands"


def _try(act: Callable[[bytes], str], raw: bytes) -> str:
    try:
        outcome, seconds = _timed(act, raw)
        if seconds > SLOW_SECONDS:
            # The first mail of a kind loads its word lists, and other programs may have had the processor.
            outcome, seconds = _timed(act, raw)
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        _keep(raw, f"{act.__name__.strip('_')}-{type(error).__name__}")
        return "escaped"
    if seconds > SLOW_SECONDS:
        _keep(raw, f"{act.__name__.strip('_')}-slow")
        return "slow"
    return outcome


def _timed(act: Callable[[bytes], str], raw: bytes) -> tuple[str, float]:
    began = time.monotonic()
    return act(raw), time.monotonic() - began


def _keep(raw: bytes, why: str) -> None:
    FINDS.mkdir(parents=True, exist_ok=True)
    path = FINDS / f"{why}-{hashlib.sha256(raw).hexdigest()[:12]}.eml"
    path.write_bytes(raw)
    print(f"kept {path}", flush=True)


if __name__ == "__main__":
    main()
