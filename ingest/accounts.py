"""Finds the account behind an outside address: by the address itself, then by its domain, else provisionally."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from store.bulk import among, insert_rows, one_of
from store.people import Account, AccountDomain, Contact


@cache
def _freemail() -> frozenset[str]:
    lines = files("config").joinpath("freemail.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


_CONTACTS = select(Contact.email, Contact.account_id).where(one_of(Contact.email, "emails"))
_OWNERS = (
    select(AccountDomain.domain, AccountDomain.account_id, Account.provisional)
    .join(Account, Account.id == AccountDomain.account_id)
    .where(one_of(AccountDomain.domain, "domains"))
)


def find_accounts(session: Session, addresses: Iterable[str]) -> dict[str, int]:
    """The account id of every address that has one; three look-ups whatever the number of addresses."""
    wanted = sorted({a for a in addresses if "@" in a})
    if not wanted:
        return {}
    by_address = {email: account for email, account in session.execute(_CONTACTS, {"emails": wanted})}  # noqa: C416 - rows are no tuples
    domains = list({parent for a in wanted for parent in _parents(a.rpartition("@")[2])})
    by_domain = {d: (key, guessed) for d, key, guessed in session.execute(_OWNERS, {"domains": domains})}
    found = {}
    for address in wanted:
        domain = address.rpartition("@")[2]
        # A guessed account stands for its very domain: one forged mail from `co.uk` would else collect a country.
        hits = (by_domain[d][0] for d in _parents(domain) if d in by_domain and (d == domain or not by_domain[d][1]))
        account = by_address.get(address) or next(hits, None)
        if account:
            found[address] = account
    return found


def _parents(domain: str) -> list[str]:
    """The domain and those above it, closest first, without the top-level one."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))]


def make_provisional(session: Session, senders: Iterable[str], now: datetime) -> dict[str, int]:
    """Accounts for unknown senders, named after the domain (or the whole address at a mail provider).

    Two workers that meet the same sender at once end with one account: names are unique and claimed in order.
    """
    name_of = {s: _account_name(s) for s in senders if "@" in s}
    names = sorted(set(name_of.values()))
    if not names:
        return {}
    rows = [{"name": name, "provisional": True, "created_at": now} for name in names]
    session.execute(insert(Account).values(rows).on_conflict_do_nothing(index_elements=["name"]))
    made = session.execute(select(Account.name, Account.id).where(among(Account.name, names)))
    ids = {name: key for name, key in made}  # noqa: C416 - rows are no tuples to the type checker
    domains = [{"domain": name, "account_id": ids[name]} for name in names if "@" not in name]
    if domains:
        session.execute(insert(AccountDomain).values(domains).on_conflict_do_nothing())
    return {sender: ids[name] for sender, name in name_of.items()}


def _account_name(address: str) -> str:
    domain = address.rpartition("@")[2]
    return address if domain in _freemail() else domain


def note_contacts(session: Session, senders: dict[str, tuple[int, str, datetime]]) -> None:
    """Remember customers who wrote: address -> (account, name, when). A directory's name is never overwritten."""
    rows = [
        {"email": email, "account_id": account, "name": name, "first_seen_at": at, "last_seen_at": at}
        for email, (account, name, at) in sorted(senders.items())
    ]
    insert_rows(session, Contact, rows, then="ON CONFLICT (email) DO NOTHING")
