"""Reads a customer's answer to the question how content they are: a number, and what may stand beside it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from config.words import Channel, MailKind
from ingest.classify import Classified, sender_of
from ingest.mail import ParsedMail
from ingest.thread import Incoming
from store.customer import CustomerMail
from store.database import Store
from workflow.change import By
from workflow.errors import Refused
from workflow.ratings import Score, question_behind, rate
from workflow.record import lock

MOST_COURTESY = 60
"""Characters beside the number of somebody who says nothing else."""
_NUMBER = re.compile(r"\s*([1-5])(?:[ ]?/[ ]?5)?(?!\w|[.,:/]\d|[ ]?%)[ \t]*[-–,.!:)]*[ \t]*", re.ASCII)
_PARTED = re.compile(r"\s*[1-5](?:[ ]?/[ ]?5)?[ \t]*(?:[-–!:]|\n|$)", re.ASCII)
"""What parts the number from words that are heard; `1. the pump` is a list and `2, 3 or 4 pumps` a sentence."""
_COURTESY = re.compile(
    r"(?:(?:many |very |so )?(?:thanks?|thank you|thx|cheers|danke|vielen dank|merci|gracias|obrigad[oa])"
    r"(?:[ ,]+(?:very much|so much|a lot|again|all|everyone|team|for (?:the|your) help|sch[oö]n|beaucoup|muchas))*|"
    r"great(?: job| work| support)?|good(?: job| work)?|well done|excellent|perfect|very (?:good|happy)|super|"
    r"(?:best|kind|many)? ?(?:regards|greetings)|gr[uü](?:ß|ss)e?)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,.!;:)(\-–*☺👍🙂😊]+")


@dataclass(frozen=True)
class Answered:
    """A number as read; `only` says that nothing but courtesy stands beside it."""

    score: int
    text: str
    only: bool


def read_number(text: str, name: str = "") -> Answered | None:
    """The rating a text begins with, parted from what follows: `4`, `5 thanks!`, `2 - it took too long`.

    `2 pumps are down` begins with a number that is none, and gives None. The writer's own `name` below it says nothing.
    """
    match = _NUMBER.match(text)
    if match is None:
        return None
    rest = text[match.end() :].strip()
    only = len(rest) <= MOST_COURTESY and not _BETWEEN.sub("", _COURTESY.sub("", _unsigned(rest, name)))
    return Answered(int(match[1]), rest, only) if only or _PARTED.match(text) else None


def _unsigned(text: str, name: str) -> str:
    """The text without a last line that holds nothing but words of the writer's name."""
    above, _, last = text.rpartition("\n")
    words = last.casefold().replace(",", " ").split()
    return above if words and set(words) <= set(name.casefold().replace(",", " ").split()) else text


def _number_in(mail: ParsedMail) -> Answered | None:
    return read_number(mail.new_text, mail.from_addresses[0].name if mail.from_addresses else "")


def rated(store: Store, mail: ParsedMail, verdict: Classified) -> Classified:
    """The verdict, changed where a customer's mail is nothing but the number we asked for: filed, and not heard."""
    if verdict.kind is not MailKind.CUSTOMER or verdict.doubt is not None:
        return verdict
    found = _number_in(mail)
    if found is None or not found.only:
        return verdict
    with store.transaction() as session:
        if _question(session, mail) is None:
            return verdict
    return replace(verdict, kind=MailKind.RATING, why="it answers our question how content they are with a number")


def keep_rating(session: Session, incoming: Incoming, message_id: int, now: datetime) -> None:
    """Keep the number a mail begins with, where it answers our question; words beside it are heard like any others."""
    mail, verdict = incoming.mail, incoming.verdict
    if verdict.kind not in (MailKind.RATING, MailKind.CUSTOMER) or verdict.doubt is not None:
        return
    found = _number_in(mail)
    question = _question(session, mail) if found is not None else None
    if found is None or question is None:
        return
    by = By(None, "smokewatch", Channel.MAIL, now)
    try:
        with session.begin_nested():
            esc = lock(session, question.escalation_id)
            rate(session, by, esc, Score(found.score, found.text[:500], sender_of(mail), message_id))
    except Refused:
        # Reopened or merged meanwhile: the number says nothing about what is not settled.
        return


def _question(session: Session, mail: ParsedMail) -> CustomerMail | None:
    return question_behind(session, [*mail.in_reply_to, *mail.references], sender_of(mail))
