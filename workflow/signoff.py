"""The customer's word that it is settled: found in their own mail and quoted to the letter, or written down by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from config.settled import says_settled
from config.words import Direction, MailKind
from store.mail import Conversation, Message
from store.record import Escalation, SignOff
from workflow.change import By, Step, written
from workflow.closeout import latest_closeout
from workflow.comments import cut
from workflow.errors import Refused
from workflow.locks import check_unlocked

MOST_MAILS = 30
"""Mails of the customer that are looked through, the newest first; an older word of thanks is about something else."""

_DOUBT = Message.details["doubt"].as_string()


@dataclass(frozen=True)
class Word:
    """A sentence of the customer's, as it stands in their mail."""

    message: Message
    quote: str


def settled_word(session: Session, esc: Escalation) -> Word | None:
    """The newest sentence of the customer's that says it is settled; None when they have asked for something since."""
    for message in _mails(session, esc):
        quote = _says_settled(message)
        if quote is not None:
            return Word(message, quote)
        if not message.reading.get("c"):
            return None
    return None


def _says_settled(message: Message) -> str | None:
    """The last sentence that says so; None in a mail that names a problem elsewhere."""
    problems = [start for _rule, group, _part, start, _end in message.reading.get("h", ()) if group == "problem"]
    for start, end in reversed(message.reading.get("s", ())):
        sentence = " ".join(message.new_text[start:end].split())
        if says_settled(sentence, message.language or "en"):
            return sentence if all(start <= place < end for place in problems) else None
    return None


def sign_offs_of(session: Session, escalation_id: int) -> list[SignOff]:
    """All of them, the oldest first, those of escalations that were merged into this one among them."""
    merged = select(Escalation.id).where(Escalation.merged_into == escalation_id)
    own = or_(SignOff.escalation_id == escalation_id, SignOff.escalation_id.in_(merged))
    return list(session.scalars(select(SignOff).where(own).order_by(SignOff.at, SignOff.id)))


def sign_off_by_mail(session: Session, by: By, esc: Escalation, quote: str | None = None) -> SignOff:
    """Record the customer's sign-off from their own mail: the quoted words, or the newest sentence that reads like it.

    Raises:
        Locked: the closeout is locked.
        Refused: no such sentence, or it is on the record already.

    """
    check_unlocked(session, esc)
    word = settled_word(session, esc) if quote is None else _quoted(session, esc, quote)
    if word is None and quote is None:
        raise Refused(
            f"I found no mail on {esc.number} in which the customer's last word is that it is settled. Quote theirs, "
            '`signed off: "their words"`, or write who said it: `signed off: Ana by phone: "their words"`.'
        )
    if word is None:
        raise Refused(
            f"Those words stand in no mail of the customer's on {esc.number}. If they were said otherwise, write who "
            'said them: `signed off: Ana by phone: "their words"`.'
        )
    return _record(session, by, esc, word.message.from_address, word.quote, word.message.id)


def sign_off_by_hand(session: Session, by: By, esc: Escalation, who: str, quote: str) -> SignOff:
    """Record a sign-off that came otherwise; `who` says from whom and how. Raises Locked, or Refused without words."""
    check_unlocked(session, esc)
    if not who.strip() or not quote.strip():
        raise Refused('Write who signed off and their words: `signed off: Ana by phone: "all fine now"`.')
    return _record(session, by, esc, who.strip(), cut(quote.strip()), None)


def withdraw_sign_off(session: Session, by: By, esc: Escalation, before: dict[str, Any]) -> None:
    """Take a recorded sign-off back. Raises Locked, or Refused when it is gone."""
    check_unlocked(session, esc)
    gone = delete(SignOff).where(SignOff.id == before["sign_off"], SignOff.escalation_id == esc.id)
    if session.scalar(gone.returning(SignOff.by_address)) is None:
        raise Refused("That sign-off is gone already.")
    written(session, by, esc, Step("sign-off withdrawn", detail=before))


def _record(session: Session, by: By, esc: Escalation, who: str, quote: str, message_id: int | None) -> SignOff:  # noqa: PLR0913, PLR0917
    same = select(SignOff.id).where(SignOff.escalation_id == esc.id, SignOff.by_address == who, SignOff.quote == quote)
    current = latest_closeout(session, esc)
    if current is not None and esc.reopened_at is not None and current.at < esc.reopened_at:
        current = None
    if session.scalar(same) is not None:
        raise Refused(f"That sign-off is on the record of {esc.number} already; nothing changed.")
    made = SignOff(
        escalation_id=esc.id,
        closeout_id=None if current is None else current.id,
        by_address=who,
        quote=quote,
        message_id=message_id,
        person_id=by.person_id,
        at=by.now,
    )
    session.add(made)
    session.flush()
    # The words themselves stay out of the audit, which keeps for ever what somebody may ask us to forget.
    detail = {"sign_off": made.id} | ({} if message_id is None else {"message": message_id})
    written(
        session, by, esc, Step("signed off", None, "by mail" if message_id is not None else "by hand", detail=detail)
    )
    return made


def _mails(session: Session, esc: Escalation) -> Iterator[Message]:
    """Mails of the customer since it was opened last, the newest first; doubtful senders do not speak for them."""
    since = [] if esc.reopened_at is None else [Message.sent_at > esc.reopened_at]
    found = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.escalation_id == esc.id, Message.direction == Direction.IN)
        .where(Message.kind == MailKind.CUSTOMER, _DOUBT.is_(None), *since)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(MOST_MAILS)
    )
    return iter(session.scalars(found).all())


def _quoted(session: Session, esc: Escalation, quote: str) -> Word | None:
    """The mail that holds the words, whatever its line breaks; its own spelling is what is kept."""
    wanted = " ".join(quote.split())
    for message in _mails(session, esc):
        plain = " ".join(message.new_text.split())
        place = plain.casefold().find(wanted.casefold())
        if place >= 0 and len(plain) == len(plain.casefold()):
            return Word(message, plain[place : place + len(wanted)])
    return None
