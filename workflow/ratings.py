"""How content a customer was: the question after the close, their number, and what it makes of the account."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailKind, CustomerMailState
from config.words import State
from store.customer import CustomerMail, Rating
from store.people import Account
from store.record import Escalation
from workflow.change import By, Step, written
from workflow.errors import Refused

_ASKED = (CustomerMailState.SENT, CustomerMailState.WAITING)
"""A mail whose server never said that it took it may have arrived, and been answered."""
WORST, BEST = 1, 5


@dataclass(frozen=True)
class Score:
    """What a customer answered: 1 to 5, in which words, from which address, in which message of the store."""

    score: int
    text: str
    address: str
    message_id: int | None = None


def question_behind(session: Session, message_ids: list[str], address: str) -> CustomerMail | None:
    """The question how content they are that a mail from `address` answers by its headers; None when there is none."""
    if not message_ids:
        return None
    asked = session.scalars(
        select(CustomerMail).where(
            CustomerMail.message_id.in_(message_ids),
            CustomerMail.kind == CustomerMailKind.SATISFACTION,
            CustomerMail.state.in_(_ASKED),
        )
    )
    return next((mail for mail in asked if address in mail.to_addresses), None)


def rate(session: Session, by: By, esc: Escalation, said: Score) -> Rating:
    """Keep a rating; a second one from the same address takes the place of the first. The account's last one is it.

    Raises:
        Refused: out of the scale, or the escalation is not resolved yet, or by hand over what they wrote themselves.

    """
    if not WORST <= said.score <= BEST:
        raise Refused(f"A rating is a number from {WORST} (not at all content) to {BEST} (very).")
    if esc.resolved_at is None and esc.state not in (State.RESOLVED, State.CLOSED):
        raise Refused(f"{esc.number} is not resolved yet; it is rated afterwards.")
    own = select(Rating).where(Rating.escalation_id == esc.id, Rating.address == said.address)
    row = session.scalar(own.order_by(Rating.id.desc()).limit(1).with_for_update())
    if row is not None and row.message_id is not None and said.message_id is None:
        raise Refused(
            f"{said.address} wrote {row.score} of 5 in a mail of their own; only another of theirs changes that."
        )
    before = None if row is None else row.score
    if row is None:
        row = Rating(escalation_id=esc.id, address=said.address, account_id=esc.account_id)
        session.add(row)
    row.account_id, row.score, row.text, row.message_id, row.at = (
        esc.account_id, said.score, said.text, said.message_id, by.now,
    )  # fmt: skip
    if esc.account_id is not None:
        session.get_one(Account, esc.account_id, with_for_update=True).csat = float(said.score)
    was = None if before is None else str(before)
    session.flush()
    written(session, by, esc, Step("rating", was, str(said.score), detail={"rating": row.id}))
    return row
