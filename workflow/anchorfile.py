"""Imports leads, deals, projects and tasks of other systems from a CSV file: all rows or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import AnchorKind
from config.words import Priority
from store.anchors import Anchor, AnchorPerson
from store.audit import SYSTEM
from store.people import Account, Person
from workflow.anchornames import ID
from workflow.anchors import name_of
from workflow.change import By, Step, append
from workflow.csvfile import BadCellError, CsvRow, Sheet, email, parts
from workflow.errors import Refused
from workflow.fields import clean_link
from workflow.people import Imported

_COLUMNS = (
    "kind", "external_id", "name", "link", "account", "owner", "parent", "priority", "state", "people", "details",
)  # fmt: skip
_ONCE = "Each may stand in the file once."
Key = tuple[str, str]
"""An anchor's kind and its id."""


@dataclass(frozen=True)
class _Read:
    """A row as read."""

    row: CsvRow
    kind: str
    external_id: str
    name: str
    link: str
    priority: str
    owner: str
    people: tuple[str, ...]
    details: dict[str, str]
    account: str
    parent: str

    @classmethod
    def of(cls, row: CsvRow) -> "_Read":
        return cls(
            row=row,
            kind=row.need("kind", _kind),
            external_id=row.take("external_id", _id, ""),
            name=row.need("name", str),
            link=row.take("link", _link, ""),
            priority=row.take("priority", _priority, Priority.MEDIUM.value),
            owner=row.take("owner", email, ""),
            people=row.take("people", _people, ()),
            details=row.take("details", _details, {}),
            account=row.text("account"),
            parent=row.take("parent", _id, ""),
        )


@dataclass(frozen=True)
class _Known:
    """What the cells of the file may name."""

    anchors: dict[Key, Anchor]
    links: dict[Key, Anchor]
    people: Mapping[str, int]
    accounts: Mapping[str, int]


def import_anchors(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update from `kind,external_id,name,link,account,owner,parent,priority,state,people,details`.

    A row is the one that is known by its kind and id, else the one of its kind with the same link: an id that changed
    in the other system follows. `people` are addresses of ours parted by `;`, `details` are `name=value` parted by
    `;`, `parent` is the id of a task's project. A column that the file does not have is left as it is.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, _COLUMNS, ("kind", "name"))
    read = [_Read.of(row) for row in sheet.rows()]
    known = _known(session)
    _check_doubles(read)
    _check_names(read, known)
    targets = [_target(each, known) for each in read]
    sheet.check()
    created = 0
    for n, each in enumerate(read):
        anchor = targets[n]
        if anchor is None:
            anchor = Anchor(kind=each.kind, external_id=each.external_id, created_at=by.now, changed_at=by.now)
            session.add(anchor)
            targets[n], created = anchor, created + 1
        _write(anchor, each, known, by)
        known.anchors[each.kind, anchor.external_id] = anchor
    session.flush()
    for anchor, each in zip(targets, read, strict=True):
        if anchor is not None:
            _hang(session, anchor, each, known, by)
    session.flush()
    detail = {"created": created, "updated": len(read) - created}
    append(session, by, SYSTEM, Step("anchors imported", detail=detail))
    return Imported(created, len(read) - created)


def _known(session: Session) -> _Known:
    anchors = session.scalars(select(Anchor)).all()
    return _Known(
        anchors={(each.kind, each.external_id): each for each in anchors},
        links={(each.kind, each.link): each for each in anchors if each.link},
        people={address: key for address, key in session.execute(select(Person.email, Person.id))},  # noqa: C416 - a Row is no pair
        accounts={name: key for name, key in session.execute(select(func.lower(Account.name), Account.id))},  # noqa: C416
    )


def _check_doubles(read: list[_Read]) -> None:
    for column in ("external_id", "link"):
        seen: dict[Key, int] = {}
        for each in read:
            value = getattr(each, column)
            if value and seen.setdefault((each.kind, value), each.row.line) != each.row.line:
                each.row.wrong(column, f'"{value}" stands on line {seen[each.kind, value]} too', _ONCE)


def _check_names(read: list[_Read], known: _Known) -> None:
    """The customers, people and parents that the cells name must be there, or come with the same file."""
    coming = {(each.kind, each.external_id) for each in read}
    for each in read:
        if each.account and each.account.lower() not in known.accounts:
            fix = "`smokewatch accounts list` shows yours; import it first."
            each.row.wrong("account", f'there is no customer "{each.account[:80]}"', fix)
        for column, addresses in (("owner", (each.owner,)), ("people", each.people)):
            for address in addresses:
                if address and address not in known.people:
                    each.row.wrong(
                        column, f"{address} is not one of your people", "`smokewatch people list` shows them."
                    )
        project = (AnchorKind.PROJECT.value, each.parent)
        if each.parent and each.kind != AnchorKind.TASK:
            each.row.wrong("parent", f"a {each.kind} has none", "Only a task has one: the id of its project.")
        elif each.parent and project not in known.anchors and project not in coming:
            each.row.wrong("parent", f'there is no project "{each.parent}"', "Put the project into the file too.")


def _target(each: _Read, known: _Known) -> Anchor | None:
    """The anchor that a row is about; None for a new one, noted as a mistake when it lacks an id."""
    by_id = known.anchors.get((each.kind, each.external_id))
    by_link = known.links.get((each.kind, each.link)) if each.link else None
    if by_id is not None and by_link is not None and by_id is not by_link:
        each.row.wrong("link", f"it is the link of {name_of(by_link)}", "Correct the id or the link.")
    found = by_id or by_link
    if found is None and each.kind and not each.external_id:
        fix = "A new one needs the id it has in the system it comes from."
        each.row.wrong("external_id", "it is empty, and no link says which one it is", fix)
    return found


def _write(anchor: Anchor, each: _Read, known: _Known, by: By) -> None:
    anchor.name = each.name
    anchor.external_id = each.external_id or anchor.external_id
    row = each.row
    values: dict[str, Any] = {
        "link": each.link,
        "account": known.accounts.get(each.account.lower()),
        "owner": known.people.get(each.owner),
        "priority": each.priority,
        "state": row.text("state"),
        "details": each.details,
    }
    columns = {"account": "account_id", "owner": "owner_id"}
    for column, value in values.items():
        if row.has(column):
            setattr(anchor, columns.get(column, column), value)
    anchor.changed_at = by.now


def _hang(session: Session, anchor: Anchor, each: _Read, known: _Known, by: By) -> None:
    """Put a task below its project, and add the people; nobody is taken off, since others may have added them."""
    if each.row.has("parent"):
        parent = known.anchors.get((AnchorKind.PROJECT.value, each.parent))
        anchor.parent_id = None if parent is None else parent.id
    for person_id in dict.fromkeys(known.people[address] for address in each.people):
        if session.get(AnchorPerson, (anchor.id, person_id)) is None:
            why = f"named by {by.actor}"
            session.add(AnchorPerson(anchor_id=anchor.id, person_id=person_id, why=why, added_at=by.now))


def _kind(text: str) -> str:
    try:
        return AnchorKind(text.lower()).value
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no kind', f"Write one of: {', '.join(AnchorKind)}.") from None


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise BadCellError(f'"{text[:80]}" cannot be an id', "Ids have no blanks, commas or semicolons: D-7.")
    return text


def _priority(text: str) -> str:
    try:
        return Priority(text.lower()).value
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no priority', f"Write one of: {', '.join(Priority)}.") from None


def _link(text: str) -> str:
    try:
        return clean_link(text)
    except Refused as refusal:
        raise BadCellError(f'"{text[:80]}" is no link', str(refusal)) from None


def _people(text: str) -> tuple[str, ...]:
    return tuple(email(part) for part in parts(text))


def _details(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in parts(text)]
    wrong = next((name for name, mark, _value in pairs if not mark or not name.strip()), None)
    if wrong is not None:
        raise BadCellError(f'"{wrong[:40]}" has no value', "Write name=value, parted with `;`.")
    return {name.strip(): value.strip() for name, _mark, value in pairs}
