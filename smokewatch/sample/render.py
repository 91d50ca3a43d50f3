"""Turns the sample stories into mails whose times lie in the business days before now."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
WROTE = {
    "en": "On {when:%d/%m/%Y %H:%M}, {who} wrote:",
    "de": "Am {when:%d.%m.%Y} um {when:%H:%M} schrieb {who}:",
    "es": "El {when:%d/%m/%Y} a las {when:%H:%M}, {who} escribió:",
    "fr": "Le {when:%d/%m/%Y} à {when:%H:%M}, {who} a écrit :",
}
SATURDAY = 5


@dataclass(frozen=True)
class SampleMail:
    """One mail ready for the mailbox."""

    raw: bytes
    sent_at: datetime


def sample_mails(now: datetime) -> list[SampleMail]:
    """All mails of all stories in order of time; the newest lie on the last business day before today."""
    mails: list[SampleMail] = []
    folder = files("smokewatch.sample").joinpath("stories")
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        story = tomllib.loads(path.read_text(encoding="utf-8"))
        mails += _story(path.name.partition(".")[0], story, now)
    return sorted(mails, key=lambda mail: mail.sent_at)


def business_day(today: date, offset: int) -> date:
    """The day that lies `offset` (negative) business days before today."""
    day = today
    for _ in range(-offset):
        day -= timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day -= timedelta(days=1)
    return day


def _story(name: str, story: dict[str, Any], now: datetime) -> Iterator[SampleMail]:
    zone = ZoneInfo(story["zone"])
    done: list[tuple[EmailMessage, str, datetime]] = []
    for number, mail in enumerate(story["mail"], 1):
        sent_at = _moment(mail["at"], zone, now)
        text = _fill(mail["text"].strip() + "\n", story["language"], zone, now)
        message = _headers(mail, sent_at, f"<{name}.{number}.{sent_at:%Y%m%d%H%M}@mail.{_domain(mail['from'])}>")
        shown = text
        if "answers" in mail:
            parent, parent_text, parent_at = done[mail["answers"] - 1]
            _thread(message, parent)
            shown += _quote(parent, parent_text, story["language"], parent_at)
        message.set_content(shown, charset="utf-8", cte="quoted-printable")
        if "attachment" in mail:
            rows = "question,answer\nencryption at rest,yes\ncertificate,ISO 27001 / 4471\n"
            message.add_attachment(rows, subtype="csv", filename=mail["attachment"])
        done.append((message, text, sent_at))
        yield SampleMail(message.as_bytes(policy=SMTP), sent_at)


def _moment(at: str, zone: ZoneInfo, now: datetime) -> datetime:
    offset, clock = at.split()
    day = business_day(now.astimezone(zone).date(), int(offset))
    return datetime.combine(day, time.fromisoformat(clock), zone)


def _fill(text: str, language: str, zone: ZoneInfo, now: datetime) -> str:
    """Put weekday names for `{day:-4}`."""
    for offset in range(-9, 0):
        name = WEEKDAYS[language][business_day(now.astimezone(zone).date(), offset).weekday()]
        text = text.replace(f"{{day:{offset}}}", name)
    return text


def _headers(mail: dict[str, Any], sent_at: datetime, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = _addresses([mail["from"]])
    message["To"] = _addresses(mail["to"])
    if "cc" in mail:
        message["Cc"] = _addresses(mail["cc"])
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id
    if "subject" in mail:
        message["Subject"] = mail["subject"]
    for name, value in mail.get("headers", {}).items():
        message[name] = value
    return message


def _addresses(texts: list[str]) -> tuple[Address, ...]:
    return tuple(Address(name, addr_spec=address) for name, address in getaddresses(texts))


def _thread(message: EmailMessage, parent: EmailMessage) -> None:
    subject = str(parent["Subject"])
    message["Subject"] = subject if subject.startswith("Re: ") else f"Re: {subject}"
    message["In-Reply-To"] = str(parent["Message-ID"])
    message["References"] = f"{parent['References'] or ''} {parent['Message-ID']}".strip()


def _quote(parent: EmailMessage, text: str, language: str, when: datetime) -> str:
    intro = WROTE[language].format(when=when, who=parent["From"].addresses[0].display_name)
    return f"\n{intro}\n" + "".join(f"> {line}".rstrip() + "\n" for line in text.splitlines())


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip(">")
