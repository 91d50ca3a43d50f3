"""`smokewatch` whose process ends without a word when it reads one certain mail, as a fault in a C library would."""

import os
import signal
import sys

import ingest.process
from config.settings import Limits
from ingest.mail import ParsedMail
from ingest.read import read_mail
from smokewatch.__main__ import main

POISON = b"drink me"


def _read(raw: bytes, limits: Limits) -> ParsedMail:
    if POISON in raw:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_mail(raw, limits)


if __name__ == "__main__":
    vars(ingest.process)["read_mail"] = _read
    sys.exit(main())
