"""A support mailbox whose outcome is known: quiet conversations, troubled ones, robots, copies and broken mails."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cached_property

from smokewatch.sample.render import business_day

STEPS = 12
"""Mails of one conversation. In whatever order they are read, the outcome is the same: all but one are ours, and what
the customer threatens comes last."""
THREATS = {
    0: "We will cancel our contract with you at the end of the month.",
    1: "We are going to terminate the contract and move to another supplier.",
}
"""What the customer writes in two of ten conversations."""
BROKEN_PROMISE = 2
"""In this one of ten, one of us makes a promise that is not kept."""
AUTOMATIC = 8
QUESTION = "How do I read the second line of the display?"
ANSWERS = (
    "The second line shows the reading of the night before.",
    "We have noted the readings of last week.",
    "The gateway of hall 3 was looked at today; all is in order.",
)


@dataclass(frozen=True)
class Posted:
    """One mail as it lies in the mailbox."""

    raw: bytes
    at: datetime
    conversation: int

    @cached_property
    def sha256(self) -> bytes:
        """What a kept mail is known by."""
        return hashlib.sha256(self.raw).digest()


@dataclass(frozen=True)
class Corpus:
    """So many conversations, all of them some days old; the same every time on the same day."""

    conversations: int
    now: datetime

    @cached_property
    def mails(self) -> list[Posted]:
        """Every mail in order of time: a batch holds pieces of many conversations."""
        return sorted((mail for c in range(self.conversations) for mail in self._conversation(c)), key=lambda m: m.at)

    @property
    def troubled(self) -> set[str]:
        """The subjects that must become escalations, and no others."""
        return {subject(c) for c in range(self.conversations) if c % 10 in {*THREATS, BROKEN_PROMISE}}

    @property
    def copies(self) -> int:
        """Mails that came a second time over another way."""
        return sum(1 for c in range(self.conversations) if c % 25 == 7)

    @property
    def broken(self) -> int:
        """Mails that cannot be read."""
        return sum(1 for c in range(self.conversations) if c % 50 == 9)

    def _conversation(self, c: int) -> Iterator[Posted]:
        for step in range(STEPS):
            yield Posted(self._mail(c, step), self._at(c, step), c)
        if c % 25 == 7:
            again = b"Received: from elsewhere.example by mx.us.example; Mon, 4 May 2026 08:00:00 +0000\r\n"
            yield Posted(again + self._mail(c, 3), self._at(c, 5), c)
        if c % 50 == 9:
            yield Posted(_nested(c), self._at(c, 6), c)

    def _mail(self, c: int, step: int) -> bytes:
        customer, agent = f"Kim Okafor <kim{c}@{domain(c)}>", f"Lena Vogt <lena{c % 5}@us.example>"
        ours = step != _customers_step(c)
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = (agent, customer) if ours else (customer, "help@us.example")
        if ours:
            message["Cc"] = "help@us.example"
        message["Subject"] = subject(c)
        message["Date"] = format_datetime(self._at(c, step))
        message["Message-ID"] = _id(c, step)
        if step:
            message["In-Reply-To"] = _id(c, step - 1)
            message["References"] = " ".join(_id(c, before) for before in range(step))
        if c % 10 == AUTOMATIC and not ours:
            message["Auto-Submitted"] = "auto-replied"
        message.set_content(f"Hello,\n\n{self._text(c, step, ours=ours)}\n\nCase {c}, mail {step}.\n")
        return message.as_bytes()

    def _text(self, c: int, step: int, *, ours: bool) -> str:
        if not ours:
            return THREATS.get(c % 10, QUESTION)
        if c % 10 == BROKEN_PROMISE and step == c % 5 + 6:
            return f"I will send you the corrected report by {self._at(c, step):%d %B %Y}."
        return ANSWERS[step % 3]

    def _at(self, c: int, step: int) -> datetime:
        """Four days of three mails each, the last of them three business days ago."""
        day = business_day(self.now.date(), step // 3 - 6)
        at = datetime.combine(day, time(9 + 2 * (step % 3)), UTC)
        return at + timedelta(seconds=13 * c % 3600)


def _customers_step(c: int) -> int:
    return STEPS - 1 if c % 10 in THREATS else c % 5


def subject(c: int) -> str:
    """The subject of a conversation, unlike any other."""
    return f"Reading {hashlib.sha256(str(c).encode()).hexdigest()[:8]} of gateway {c}"


def domain(c: int) -> str:
    """The customer's domain."""
    return f"works{c % 40}.example"


def _id(c: int, step: int) -> str:
    return f"<{c}.{step}.{hashlib.sha256(f'{c}/{step}'.encode()).hexdigest()[:10]}@mail.example>"


def _nested(c: int) -> bytes:
    """A mail of more levels than any limit allows."""
    head = f"From: kim{c}@{domain(c)}\r\nTo: help@us.example\r\nMessage-ID: <deep{c}@mail.example>\r\n"
    levels = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(80))
    return (head + levels + "Content-Type: text/plain\r\n\r\nend\r\n").encode()
