"""Proves at start-up that this interpreter's mail library does not let text become headers."""

from datetime import UTC, datetime

from alerts.errors import AlertError
from alerts.mail import Envelope, MailPlan, build

_BAIT = (
    "Re: =?utf-8?q?x=0D=0ABcc:_victim@outside.example?=",
    "Re: x\r\nBcc: victim@outside.example",
    "Re: x\u2028Bcc: victim@outside.example\x85X-Evil: 1\x0bX-Evil: 2",
    "\ud83d x\x00\nSubject: second",
)


def header_injection_is_blocked() -> bool:
    """Whether bait in subject and names stays inside the header it was put in (CVE-2024-6923, CVE-2026-1299)."""
    return all(_stays_inside(bait) for bait in _BAIT)


def _stays_inside(bait: str) -> bool:
    envelope = Envelope("to@us.example", bait, "from@us.example", bait, "reply@us.example", "bounce@us.example")
    plan = MailPlan(envelope, bait, "<a.b@us.example>", datetime(2026, 1, 1, tzinfo=UTC), "text\n", "<p>text</p>\n")
    try:
        raw = build(plan).raw
    except (AlertError, ValueError):
        return False
    head = raw.partition(b"\r\n\r\n")[0].lower()
    return b"\r\nbcc:" not in head and b"\r\nx-evil:" not in head and head.count(b"\r\nsubject:") == 1
