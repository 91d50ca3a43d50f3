"""Imports customers with their domains and contacts from a CSV file: all rows or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from store.anchors import Anchor
from store.audit import SYSTEM
from store.customer import Rating
from store.incidents import Trace
from store.mail import Conversation, Message, Sighting
from store.people import Account, AccountDomain, Contact, Person, Team
from store.record import Escalation
from workflow import accountcells as cells
from workflow.accountcells import Said
from workflow.change import By, Step, append
from workflow.csvfile import CsvRow, Sheet, email
from workflow.people import Imported

_COLUMNS = ("name", "domains", "tier", "arr", "renewal", "contacts", "csat", "fragile", "health", "owner", "team")
_SOURCE = "csv"
_HOLDING = (AccountDomain, Contact, Conversation, Message, Sighting, Escalation, Trace, Rating, Anchor)
"""Every table that refers to an account: its rows move when a guessed account becomes part of a real one."""


@dataclass(frozen=True)
class _Read:
    """A row of accounts as read."""

    row: CsvRow
    name: str
    domains: tuple[str, ...]
    tier: str
    arr: float | None
    renewal: date | None
    contacts: tuple[Said, ...]
    csat: float | None
    owner: str

    @classmethod
    def of(cls, row: CsvRow) -> "_Read":
        return cls(
            row=row,
            name=row.need("name", str),
            domains=row.take("domains", cells.domains, ()),
            tier=row.text("tier"),
            arr=row.take("arr", cells.money, None),
            renewal=row.take("renewal", cells.day, None),
            contacts=row.take("contacts", cells.contacts, ()),
            csat=row.take("csat", cells.rating, None),
            owner=row.take("owner", email, ""),
        )


def import_accounts(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update customers by name from `name,domains,tier,arr,renewal,contacts` and the columns below.

    Domains are parted by `;`, contacts too, each as `email|name|title`. A customer that was only guessed from a
    domain becomes part of the one named here, with its mail. `csat` is the last rating from 1 to 5, `fragile` a few
    words on why the customer cannot take much more, `health` a word of yours, `owner` the mail address of the one of
    us whose customer it is, `team` the name of their team; a file without these columns leaves them as they are.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, _COLUMNS, ("name",))
    read = [_Read.of(row) for row in sheet.rows()]
    _check_doubles(read)
    _check_owners(session, read)
    ours = _Ours(session, read)
    sheet.check()
    known = {account.name.lower(): account for account in session.scalars(select(Account))}
    created = 0
    for each in read:
        account = known.get(each.name.lower())
        if account is None:
            account = Account(name=each.name, created_at=by.now)
            session.add(account)
            created += 1
        account.tier, account.arr, account.renewal, account.provisional = each.tier, each.arr, each.renewal, False
        _write_optional(account, each, ours)
        session.flush()
        _take_guessed(session, account, each)
        _write_domains(session, account, each)
        _write_contacts(session, account, each)
    session.flush()
    detail = {"created": created, "updated": len(read) - created}
    append(session, by, SYSTEM, Step("accounts imported", detail=detail))
    return Imported(created, len(read) - created)


class _Ours:
    """The people and teams that the file may name, by address and by name in small letters."""

    def __init__(self, session: Session, read: list[_Read]) -> None:
        known = session.execute(select(Person.email, Person.id).where(Person.active))
        self.people = {address: key for address, key in known}  # noqa: C416 - a Row is no pair to dict()
        self.teams = {name.lower(): key for name, key in session.execute(select(Team.name, Team.id))}
        for each in read:
            team = each.row.text("team")
            if each.owner and each.owner not in self.people:
                each.row.wrong(
                    "owner", f'"{each.owner}" is none of our people', "Import them first, or leave it empty."
                )
            if team and team.lower() not in self.teams:
                each.row.wrong("team", f'"{team[:60]}" is no team of ours', "Import it first, or leave it out.")


def _write_optional(account: Account, each: _Read, ours: _Ours) -> None:
    """What a file may leave out: a column that it does not have says nothing; an empty cell says "none"."""
    row = each.row
    if row.has("csat"):
        account.csat = each.csat
    for column in ("fragile", "health"):
        if row.has(column):
            setattr(account, column, row.text(column))
    if row.has("owner"):
        account.owner_id = ours.people[each.owner] if each.owner else None
    if row.has("team"):
        team = row.text("team").lower()
        account.team_id = ours.teams[team] if team else None


def _check_doubles(read: list[_Read]) -> None:
    for column in ("name", "domains", "contacts"):
        seen: dict[str, int] = {}
        for each in read:
            for key in _keys(each, column):
                if seen.setdefault(key, each.row.line) != each.row.line:
                    each.row.wrong(column, f'"{key}" stands on line {seen[key]} too', "It can belong to one only.")


def _keys(each: _Read, column: str) -> set[str]:
    keys = {"name": {each.name.lower()}, "domains": set(each.domains), "contacts": {c.email for c in each.contacts}}
    return keys[column] - {""}


def _check_owners(session: Session, read: list[_Read]) -> None:
    """A domain or a contact of another confirmed customer is not taken away silently."""
    domains = session.execute(
        select(AccountDomain.domain, Account).join(Account, Account.id == AccountDomain.account_id)
    )
    people = session.execute(select(Contact.email, Account).join(Account, Account.id == Contact.account_id))
    for column, found in (("domains", _pairs(domains)), ("contacts", _pairs(people))):
        for each in read:
            for key in sorted(_keys(each, column)):
                other = found.get(key)
                if other is not None and not other.provisional and other.name.lower() != each.name.lower():
                    each.row.wrong(
                        column, f'"{key}" belongs to {other.name}', "Take it out here or rename the customer."
                    )


def _pairs(found: Iterable[Row[str, Account]]) -> dict[str, Account]:
    return {key: account for key, account in found}  # noqa: C416 - a Row is no pair to dict()


def _take_guessed(session: Session, account: Account, each: _Read) -> None:
    """Move everything of the provisional customers behind these domains and contacts to the real one."""
    guessed = session.scalars(
        select(Account.id)
        .outerjoin(AccountDomain, AccountDomain.account_id == Account.id)
        .outerjoin(Contact, Contact.account_id == Account.id)
        .where(
            Account.provisional,
            Account.id != account.id,
            AccountDomain.domain.in_(each.domains) | Contact.email.in_([c.email for c in each.contacts]),
        )
        .distinct()
    ).all()
    if not guessed:
        return
    for table in _HOLDING:
        session.execute(
            update(table)
            .where(table.account_id.in_(guessed))
            .values(account_id=account.id)
            .execution_options(synchronize_session="fetch")
        )
    session.execute(delete(Account).where(Account.id.in_(guessed)).execution_options(synchronize_session="fetch"))


def _write_domains(session: Session, account: Account, each: _Read) -> None:
    for domain in each.domains:
        if session.get(AccountDomain, domain) is None:
            session.add(AccountDomain(domain=domain, account_id=account.id))


def _write_contacts(session: Session, account: Account, each: _Read) -> None:
    for said in each.contacts:
        contact = session.scalar(select(Contact).where(func.lower(Contact.email) == said.email))
        if contact is None:
            contact = Contact(email=said.email, account_id=account.id)
            session.add(contact)
        contact.name = said.name or contact.name or ""
        if said.title:
            contact.title, contact.title_source = said.title, _SOURCE
