"""The customers' people: their file, their titles, who of them is an executive, and titles read from signatures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.titles import seniority
from store.audit import SYSTEM
from store.people import Account, Contact, Person
from store.record import Escalation
from store.rollups import seen_by
from workflow.change import By, Step, append
from workflow.csvfile import BadCellError, CsvRow, Sheet, email
from workflow.errors import NotFound, Refused
from workflow.people import Imported

COLUMNS = ("email", "account", "name", "title", "executive")
ON_FILE = "csv"
"""Where a title stands that a person put there, whatever the road: the signals believe it over signatures."""
_YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class ContactRow:
    """One contact as lists show it. `executive` is a person's word, else what the title says."""

    email: str
    name: str
    account: str
    title: str
    executive: bool
    marked: bool
    suggested_title: str
    last_seen_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


def import_contacts(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update contacts by address from `email,account,name,title,executive`; executive is yes, no or empty.

    Empty leaves it to the title. A column that the file does not have is left as it is.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, COLUMNS, ("email", "account"))
    read = [(row, row.need("email", email), row.need("account", str), _executive(row)) for row in sheet.rows()]
    accounts = {name.lower(): key for name, key in session.execute(select(Account.name, Account.id))}
    seen: dict[str, int] = {}
    for row, address, account, _ in read:
        if seen.setdefault(address, row.line) != row.line and address:
            row.wrong("email", f'"{address}" stands on line {seen[address]} too', "Keep one of the two rows.")
        if account and account.lower() not in accounts:
            fix = "Add it with `smokewatch accounts import`, or write its name as `smokewatch accounts list` does."
            row.wrong("account", f'there is no customer "{account[:80]}"', fix)
    sheet.check()
    created = 0
    for row, address, account, executive in read:
        contact = session.scalar(select(Contact).where(func.lower(Contact.email) == address))
        if contact is None:
            contact = Contact(email=address, account_id=accounts[account.lower()])
            session.add(contact)
            created += 1
        contact.account_id = accounts[account.lower()]
        _write(contact, row, executive=executive)
    session.flush()
    done = Imported(created, len(read) - created)
    append(session, by, SYSTEM, Step("contacts imported", detail={"created": done.created, "updated": done.updated}))
    return done


def list_contacts(
    session: Session, person: Person | None, account_id: int | None = None, *, suggested: bool = False
) -> list[ContactRow]:
    """Contacts by customer and address; with `suggested` only those whose title waits for somebody's yes.

    A suggestion, and when somebody wrote last, are shown to who may see an escalation of that customer. `person` None
    is the console: all.
    """
    query = select(Contact, Account.name).join(Account, Account.id == Contact.account_id)
    if account_id is not None:
        query = query.where(Contact.account_id == account_id)
    if suggested:
        query = query.where(Contact.suggested_from.is_not(None))
    open_to = set(session.scalars(select(Escalation.account_id).where(seen_by(person)).distinct()))
    rows = [
        _row(contact, account, known=person is None or contact.account_id in open_to)
        for contact, account in session.execute(query.order_by(Account.name, Contact.email))
    ]
    return [row for row in rows if row.suggested_title] if suggested else rows


def contact_for(session: Session, person: Person | None, address: str) -> Contact:
    """The contact of this address.

    Raises:
        NotFound: there is none, or none of a customer this person works with.

    """
    contact = session.scalar(select(Contact).where(Contact.email == address.lower()).with_for_update())
    if contact is None or not (person is None or _works_with(session, person, contact.account_id)):
        raise NotFound(f"There is no contact {address} that you may change; `smokewatch contacts list` shows them.")
    return contact


def accept_title(session: Session, by: By, contact: Contact) -> str:
    """Take the suggested title over; the title.

    Raises:
        Refused: none is suggested.

    """
    title = _suggested(contact)
    before, contact.title, contact.title_source = contact.title, title, ON_FILE
    contact.suggested_title, contact.suggested_from = "", None
    _told(session, by, contact, Step("contact title", before or None, title, "accepted from a signature"))
    return title


def refuse_title(session: Session, by: By, contact: Contact) -> str:
    """Put the suggested title aside for good: the same words are not suggested again; the title.

    Raises:
        Refused: none is suggested.

    """
    title = _suggested(contact)
    contact.suggested_from = None
    _told(session, by, contact, Step("contact title refused", None, title))
    return title


def set_title(session: Session, by: By, contact: Contact, title: str) -> None:
    """Write a title down."""
    before, contact.title, contact.title_source = contact.title, title.strip(), ON_FILE
    contact.suggested_from = None
    _told(session, by, contact, Step("contact title", before or None, contact.title or None))


def is_executive(contact: Contact) -> bool:
    """A person's word on it; without one, what the title says."""
    return contact.executive if contact.executive is not None else seniority(contact.title) > 1


def suggest_titles(session: Session, found: Sequence[tuple[str, str, int]]) -> None:
    """Keep titles that signatures gave - address, title, id of the message - as suggestions.

    None where the record has that title already, or a person refused the same words.
    """
    wanted = {address: (title, message_id) for address, title, message_id in found}
    rows = select(Contact).where(Contact.email.in_(wanted)).order_by(Contact.id)
    for contact in session.scalars(rows.with_for_update()):
        title, message_id = wanted[contact.email]
        if not _is_known(contact.title, title) and title != contact.suggested_title:
            contact.suggested_title, contact.suggested_from = title, message_id


def _is_known(title: str, read: str) -> bool:
    """Whether what was read says no more than the title on record; `COO` and `COO, Norvik Pumps` are one."""
    known, new = title.casefold(), read.casefold()
    return bool(known) and (known in new or new in known)


def _suggested(contact: Contact) -> str:
    if contact.suggested_from is None or not contact.suggested_title:
        raise Refused(f"No title is suggested for {contact.email}.")
    return contact.suggested_title


def _told(session: Session, by: By, contact: Contact, step: Step) -> None:
    session.flush()
    detail = {"contact": contact.id}
    append(session, by, SYSTEM, Step(step.action, step.from_value, step.to_value, step.reason, detail))


def _works_with(session: Session, person: Person, account_id: int) -> bool:
    found = select(Escalation.id).where(Escalation.account_id == account_id, seen_by(person)).limit(1)
    owned = session.get(Account, account_id)
    return session.scalar(found) is not None or (owned is not None and owned.owner_id == person.id)


def _executive(row: CsvRow) -> bool | None:
    def read(text: str) -> bool | None:
        if text.lower() not in _YES_NO:
            raise BadCellError(f'"{text[:40]}" is neither yes nor no', "Write yes, no, or nothing.")
        return _YES_NO[text.lower()]

    return row.take("executive", read, None)


def _write(contact: Contact, row: CsvRow, *, executive: bool | None) -> None:
    if row.has("name"):
        contact.name = row.text("name")
    if row.has("title"):
        contact.title, contact.title_source = row.text("title"), ON_FILE if row.text("title") else ""
        contact.suggested_from = None
    if row.has("executive"):
        contact.executive = executive


def _row(contact: Contact, account: str, *, known: bool) -> ContactRow:
    waits = known and contact.suggested_from is not None
    return ContactRow(
        email=contact.email,
        name=contact.name,
        account=account,
        title=contact.title,
        executive=is_executive(contact),
        marked=contact.executive is not None,
        suggested_title=contact.suggested_title if waits else "",
        last_seen_at=contact.last_seen_at if known else None,
    )
