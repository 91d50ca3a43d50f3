"""Says what an import would add and change, by doing it and taking it back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from store.people import Account, AccountDomain, Contact, Person, Team
from workflow.change import By
from workflow.people import Imported

Importer = Callable[[Session, By, str, str], Imported]
_Rows = dict[tuple[str, str], dict[str, Any]]

_SHOWN: Mapping[str, Sequence[str]] = {
    "team": ("zone", "opens", "closes", "holidays", "mailboxes", "country"),
    "person": ("name", "role", "team", "title", "manager", "zone", "preferences", "active"),
    "account": ("tier", "arr", "renewal", "csat", "health", "fragile", "owner", "team", "provisional"),
    "domain": ("account",),
    "contact": ("account", "name", "title", "executive"),
}
"""What is compared of each kind, in the order in which kinds and columns are told."""


@dataclass(frozen=True)
class Planned:
    """One row that an import would touch. `what` is add, change or remove; `fields` are column, before, after."""

    what: str
    kind: str
    name: str
    fields: tuple[tuple[str, Any, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        changes = {column: {"from": before, "to": after} for column, before, after in self.fields}
        return {"what": self.what, "kind": self.kind, "name": self.name, "fields": changes}


@dataclass(frozen=True)
class Preview:
    """Everything an import would do, and what it would note."""

    planned: tuple[Planned, ...]
    imported: Imported


def preview(session: Session, by: By, text: str, source: str, importer: Importer) -> Preview:
    """What `importer` would do with this file; nothing is changed.

    Raises:
        CsvError: something is wrong in the file; each mistake with its line.

    """
    trial = session.begin_nested()
    try:
        before = _rows(session)
        imported = importer(session, by, text, source)
        session.flush()
        after = _rows(session)
    finally:
        trial.rollback()
    return Preview(tuple(_compared(before, after)), imported)


def _compared(before: _Rows, after: _Rows) -> list[Planned]:
    order = list(_SHOWN)
    found = []
    for kind, name in sorted({*before, *after}, key=lambda key: (order.index(key[0]), key[1])):
        old, new = before.get((kind, name)), after.get((kind, name))
        if old is None or new is None:
            said = {column: value for column, value in (new or {}).items() if value not in (None, "", [], {}, False)}
            fields = tuple((column, None, value) for column, value in said.items())
            found.append(Planned("remove" if new is None else "add", kind, name, fields))
        elif old != new:
            changed = tuple((column, old[column], new[column]) for column in old if old[column] != new[column])
            found.append(Planned("change", kind, name, changed))
    return found


def _rows(session: Session) -> _Rows:
    """What there is, by kind and the name that people know it by; references by name too."""
    manager = aliased(Person)
    owner = aliased(Person)
    queries: dict[str, Any] = {
        "team": select(Team.name.label("key"), Team),
        "person": select(Person.email.label("key"), Person, Team.name.label("team"), manager.email.label("manager"))
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(manager, manager.id == Person.manager_id),
        "account": select(Account.name.label("key"), Account, Team.name.label("team"), owner.email.label("owner"))
        .outerjoin(Team, Team.id == Account.team_id)
        .outerjoin(owner, owner.id == Account.owner_id),
        "domain": select(AccountDomain.domain.label("key"), AccountDomain, Account.name.label("account")).join(
            Account, Account.id == AccountDomain.account_id
        ),
        "contact": select(Contact.email.label("key"), Contact, Account.name.label("account")).join(
            Account, Account.id == Contact.account_id
        ),
    }
    found: _Rows = {}
    for kind, query in queries.items():
        for row in session.execute(query.execution_options(populate_existing=True)):
            named = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
            found[kind, row.key] = {
                column: named[column] if column in named else _plain(getattr(row[1], column)) for column in _SHOWN[kind]
            }
    return found


def _plain(value: Any) -> Any:
    """A copy that the import cannot change under our hands."""
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value
