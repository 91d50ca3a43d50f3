"""Imports customers with their domains and contacts from a CSV file: all rows or none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from store.audit import SYSTEM
from store.mail import Conversation, Message
from store.people import Account, AccountDomain, Contact
from store.record import Escalation
from workflow.change import By, Step, append
from workflow.csvfile import BadCellError, CsvRow, Sheet, email, parts
from workflow.people import Imported

_COLUMNS = ("name", "domains", "tier", "arr", "renewal", "contacts", "csat", "fragile")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_SOURCE = "csv"


@dataclass(frozen=True)
class _Person:
    email: str
    name: str
    title: str


@dataclass(frozen=True)
class _Read:
    """A row of accounts as read."""

    row: CsvRow
    name: str
    domains: tuple[str, ...]
    tier: str
    arr: float | None
    renewal: date | None
    contacts: tuple[_Person, ...]
    csat: float | None

    @classmethod
    def of(cls, row: CsvRow) -> "_Read":
        return cls(
            row=row,
            name=row.need("name", str),
            domains=row.take("domains", _domains, ()),
            tier=row.text("tier"),
            arr=row.take("arr", _money, None),
            renewal=row.take("renewal", _day, None),
            contacts=row.take("contacts", _contacts, ()),
            csat=row.take("csat", _rating, None),
        )


def import_accounts(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update customers by name from `name,domains,tier,arr,renewal,contacts,csat,fragile`.

    Domains are parted by `;`, contacts too, each as `email|name|title`. A customer that was only guessed from a
    domain becomes part of the one named here, with its mail. `csat` is the last rating from 1 to 5, `fragile` a few
    words on why the customer cannot take much more; a file without these columns leaves them as they are.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, _COLUMNS, ("name",))
    read = [_Read.of(row) for row in sheet.rows()]
    _check_doubles(read)
    _check_owners(session, read)
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
        if each.row.has("csat"):
            account.csat = each.csat
        if each.row.has("fragile"):
            account.fragile = each.row.text("fragile")
        session.flush()
        _take_guessed(session, account, each)
        _write_domains(session, account, each)
        _write_contacts(session, account, each)
    session.flush()
    detail = {"created": created, "updated": len(read) - created}
    append(session, by, SYSTEM, Step("accounts imported", detail=detail))
    return Imported(created, len(read) - created)


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
    for table in (AccountDomain, Contact, Conversation, Message, Escalation):
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


def _domains(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_domain(part) for part in parts(text)))


def _domain(text: str) -> str:
    low = text.lower().removeprefix("@")
    if not _DOMAIN.fullmatch(low):
        raise BadCellError(f'"{text[:80]}" is no mail domain', "Write it as company.example; part two with `;`.")
    return low


def _contacts(text: str) -> tuple[_Person, ...]:
    found = []
    for part in parts(text):
        cells = [cell.strip() for cell in part.split("|")]
        if len(cells) > 3:  # noqa: PLR2004 - address, name, title
            raise BadCellError(f'"{part[:80]}" has too many parts', "Write each contact as email|name|title.")
        found.append(_Person(email(cells[0]), *[*cells[1:], "", ""][:2]))
    return tuple(found)


def _money(text: str) -> float:
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        value = -1
    if not 0 <= value < 1e12:  # noqa: PLR2004 - more is a slip of the keyboard
        raise BadCellError(f'"{text[:40]}" is no yearly amount', "Write digits only, as in 120000.")
    return value


def _rating(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 5:  # noqa: PLR2004 - the scale of customer satisfaction
        raise BadCellError(f'"{text[:40]}" is no rating', "Write a number from 1 (bad) to 5 (good).")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no date', "Write it as in 2027-01-31.") from None
