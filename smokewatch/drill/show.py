"""Sets what a trainee sees in plain text of 60 columns: the story clock, mails, alerts, help."""

import re
from collections.abc import Iterable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import groupby
from textwrap import wrap
from zoneinfo import ZoneInfo

from alerts.mail import OutgoingMail
from alerts.plaintext import WIDTH
from smokewatch.drill.game import Game, News
from smokewatch.drill.post import Posted

COLUMNS = 60

_TABLE = re.compile(r"\s+\S.{0,22}?\s{2,}")
_INDENT = re.compile(r"\s*(?:- )?")

_HELP = (
    ("ESC-1 ack", "any reply command, as you would answer an alert; `ESC-1 help` lists them; \\n begins a new line"),
    ("answer 3: text", "write to the customer of mail 3; what you promise there counts"),
    ("Enter or wait", "go on until something arrives; `wait 30` for at most 30 minutes"),
    ("mails, read 3", "list what has no answer of yours yet; read a mail again"),
    ("as NAME", "act as another of your people"),
    ("quit", "end here and see the score"),
)


def clock(game: Game, at: datetime) -> str:
    """A story time: `Tue 5 May 09:30`."""
    local = at.astimezone(ZoneInfo(game.scenario.calendar.zone))
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def opening(game: Game, pace: str) -> list[str]:
    """What the drill is about, who plays, and how; `pace` says how the clock runs."""
    story = game.scenario
    people = [f"{each.name}, {each.title or each.role}" + (" (you)" if each.you else "") for each in story.person]
    hours = f"{story.calendar.opens:%H:%M} to {story.calendar.closes:%H:%M}, {story.calendar.zone}"
    return [
        story.title,
        "",
        *_filled(story.about),
        "",
        *_filled(f"It is {clock(game, game.now)}. Business hours: {hours}."),
        *_filled(f"Your people: {'; '.join(people)}."),
        *_filled(f"Nothing leaves this machine. {pace} `help` says what you can type."),
        "",
    ]


def help_lines() -> list[str]:
    """What a trainee can type."""
    return [line for words, meaning in _HELP for line in _hanging(f"  {words}", meaning)]


def news(game: Game, brought: News) -> list[str]:
    """The moment and what it brought."""
    lines = [_rule(clock(game, brought.at))]
    for posted in brought.mails:
        lines += mail(posted)
    for _subject, same in groupby(map(_opened, brought.alerts), key=lambda each: str(each["Subject"])):
        lines += _alert(list(same))
    return lines


def sent(game: Game, answer: Posted) -> list[str]:
    """That an answer went out."""
    return _filled(f"Sent to {name(str(answer.message['To']))} as {game.me.name}.")


def name(address: str) -> str:
    """Who an address belongs to, shortly."""
    shown, plain = parseaddr(address)
    return shown or plain


def said(sentence: str) -> list[str]:
    """What became of a command."""
    return [line for each in sentence.split("\n") for line in wrap(each, COLUMNS, subsequent_indent="  ")]


def mail(posted: Posted) -> list[str]:
    """One mail of the story."""
    made = posted.message
    copied = f", copy to {made['Cc']}" if made["Cc"] else ""
    head = f"Mail {posted.number} from {made['From']}{copied}"
    return [*_filled(head), *_filled(f"Subject: {made['Subject']}"), "", *_indented(posted.text, COLUMNS), ""]


def inbox(game: Game) -> list[str]:
    """The mails that have no answer of the trainee yet."""
    lines: list[str] = []
    for each in game.office.posted:
        if each.number and not game.office.is_answered(each.number):
            about = f"{clock(game, each.at)}  {name(str(each.message['From']))}: {each.message['Subject']}"
            lines += _hanging(f"  {each.number}", about, 6)
    return lines or ["Everything that arrived has an answer of yours."]


def _alert(copies: list[EmailMessage]) -> list[str]:
    """An alert once, for all who got it at this moment."""
    body = copies[0].get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    to = ", ".join(each["To"].addresses[0].display_name for each in copies)
    return [*_filled(f"Alert to {to}"), *_filled(f"Subject: {copies[0]['Subject']}"), "", *_indented(text, WIDTH), ""]


def _opened(sent: OutgoingMail) -> EmailMessage:
    return message_from_bytes(sent.raw, policy=policy.default)


def _rule(title: str) -> str:
    return f"--- {title} " + "-" * (COLUMNS - len(title) - 5)


def _filled(text: str) -> list[str]:
    return wrap(text, COLUMNS, break_on_hyphens=False) or [""]


def _hanging(label: str, text: str, width: int = 18) -> list[str]:
    return wrap(
        text, COLUMNS, initial_indent=f"{label:<{width}}", subsequent_indent=" " * width, break_on_hyphens=False
    )


def _indented(text: str, width: int) -> list[str]:
    """A mail's text behind a bar: what was broken into lines of `width` is broken anew, its indents kept."""
    shown: list[str] = []
    for whole in _unbroken(text.strip("\n").split("\n"), width):
        hang = " " * _hang(whole)
        shown += wrap(whole, COLUMNS - 2, subsequent_indent=hang, break_on_hyphens=False) or [""]
    return [f"| {line}".rstrip() for line in shown]


def _unbroken(lines: Iterable[str], width: int) -> list[str]:
    """The lines with each put behind the one before it that had no room for its first word."""
    whole: list[str] = []
    room = width
    for line in lines:
        first = line.split(maxsplit=1)[0] if line.strip() else ""
        begins = _TABLE.match(line) or (room >= 0 and whole and whole[-1].endswith(".") and first[:1].isupper())
        if whole and whole[-1] and first and len(first) >= room and not begins:
            whole[-1] = f"{whole[-1]} {line.strip()}"
        else:
            whole.append(line.rstrip())
        room = width - len(line.rstrip())
    return whole


def _hang(line: str) -> int:
    """Where a broken line goes on: under the second column of a table, else under its first word."""
    found = _TABLE.match(line) or _INDENT.match(line)
    return found.end() if found else 0
