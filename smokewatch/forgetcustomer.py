"""Empties what went to a customer and came back as a rating, where its mail or its reader is forgotten."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailState
from store.customer import CustomerMail, Rating
from store.mail import GONE, Message

_UNSENT = (CustomerMailState.DRAFT, CustomerMailState.WAITING, CustomerMailState.FAILED)


def empty_customer(session: Session, message_ids: Sequence[int]) -> None:
    """Take the content out of what answered these messages, and out of ratings that came by them."""
    answered = CustomerMail.in_reply_to.in_(select(Message.message_id).where(Message.id.in_(message_ids)))
    _clear(session, answered)
    session.execute(update(Rating).where(Rating.message_id.in_(message_ids)).values(text=""))


def forget_customer(session: Session, address: str, pseudonym: str) -> None:
    """Put the pseudonym in the place of the address; what has not gone out to it yet never will."""
    to_them = CustomerMail.to_addresses.contains([address])
    unsent = update(CustomerMail).where(to_them, CustomerMail.state.in_(_UNSENT))
    session.execute(unsent.values(state=CustomerMailState.WITHDRAWN).execution_options(synchronize_session=False))
    _clear(session, to_them)
    renamed = func.array_replace(CustomerMail.to_addresses, address, pseudonym)
    session.execute(
        update(CustomerMail).where(to_them).values(to_addresses=renamed).execution_options(synchronize_session=False)
    )
    session.execute(update(Rating).where(Rating.address == address).values(address=pseudonym, text=""))


def _clear(session: Session, which: object) -> None:
    chosen = update(CustomerMail).where(which)  # type: ignore[arg-type]
    session.execute(chosen.values(text=GONE, subject=GONE).execution_options(synchronize_session=False))
