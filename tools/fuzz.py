"""Sends mutated mails through the reader until stopped: `python -m tools.fuzz [--seconds 600] [FOLDER_OF_MAILS ...]`.

Whatever escapes as anything but `Unreadable` is written to `fuzz-finds/` with its seed, to become a test.
"""

import argparse
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from config.settings import Limits
from ingest.mail import Unreadable
from ingest.read import read_mail
from smokewatch.sample.render import sample_mails

NASTY = (
    b"\x00", b"\xff\xfe", b"\r\n\r\n", b"\n.\n", b"=?utf-8?q?=0D=0ABcc:?=", b";" * 300, b"(" * 300, b"--", b"\n ",
    b"boundary=", b"charset=\xc3", b"; name*0*=x; name*1=y", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"message/rfc822", b"\xf0\x9f\x94\xa5", b"\xed\xa0\x80", b">" * 500, b"<!--" * 200, b"On Mon wrote:\n> ",
)  # fmt: skip
SLOW_SECONDS = 1.0
TELL_SECONDS = 10
LARGEST = 200_000


def main() -> None:
    """Fuzz, and report every ten seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    chosen = parser.parse_args()
    seeds = [mail.raw for mail in sample_mails(datetime.now(UTC))]
    files = [path for folder in chosen.folders for path in sorted(folder.rglob("*")) if path.is_file()]
    seeds += [path.read_bytes()[:LARGEST] for path in files]
    dice, outcomes, finds = random.Random(chosen.seed), Counter[str](), Path("fuzz-finds")  # noqa: S311
    began = told = time.monotonic()
    print(f"seed {chosen.seed}, {len(seeds)} mails to start from; Ctrl-C stops")
    try:
        while time.monotonic() - began < chosen.seconds:
            outcomes[_try(mutated(dice, seeds), finds)] += 1
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                print(f"{sum(outcomes.values())} mails: {dict(outcomes)}")
    except KeyboardInterrupt:
        pass
    print(f"{sum(outcomes.values())} mails in {time.monotonic() - began:.0f} s: {dict(outcomes)}")
    sys.exit(1 if outcomes["escaped"] else 0)


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


def _try(raw: bytes, finds: Path) -> str:
    began = time.monotonic()
    try:
        read_mail(raw, Limits())
    except Unreadable:
        return "parked"
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        _keep(raw, finds, type(error).__name__)
        return "escaped"
    if time.monotonic() - began > SLOW_SECONDS:
        _keep(raw, finds, "slow")
        return "slow"
    return "read"


def _keep(raw: bytes, finds: Path, why: str) -> None:
    finds.mkdir(exist_ok=True)
    (finds / f"{why}-{abs(hash(raw)):x}.eml").write_bytes(raw)


if __name__ == "__main__":
    main()
