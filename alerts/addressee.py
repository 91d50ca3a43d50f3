"""Tells whether an address is a customer's, so that a slip in the people's file tells no customer what is written."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.people import Account, AccountDomain


def customer_behind(session: Session, address: str) -> str | None:
    """The confirmed customer in whose mail domain the address stands; None for one of ours.

    A domain that only mail taught us proves nothing: it may be one of ours that nobody named in the settings.
    """
    confirmed = select(Account.name).join(AccountDomain, AccountDomain.account_id == Account.id)
    domain = address.rpartition("@")[2].lower()
    return session.scalar(confirmed.where(AccountDomain.domain == domain, ~Account.provisional).limit(1))
