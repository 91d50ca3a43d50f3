"""Sets the scratch schema up: people, teams and accounts from files or from the installation, and past escalations."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config.words import Channel, Priority, State
from store.base import Base
from store.bulk import next_ids
from store.database import Store
from store.people import Account, AccountDomain, Contact, Person, Team
from store.record import Escalation
from workflow.accounts import import_accounts
from workflow.change import By
from workflow.errors import WorkflowError
from workflow.people import Imported, import_people, import_teams

_COPIED: tuple[type[Base], ...] = (Team, Person, Account, AccountDomain, Contact)
_NOON = time(12, tzinfo=UTC)
"""A day without a clock time is the same date almost everywhere at this hour."""

_Importer = Callable[[Session, By, str, str], Imported]


class SceneryError(WorkflowError):
    """A set-up file that cannot be used."""


@dataclass(frozen=True)
class Files:
    """The set-up files, each optional. Without any, the installation's own people, teams and accounts are used."""

    teams: Path | None = None
    people: Path | None = None
    accounts: Path | None = None
    history: Path | None = None

    @property
    def given(self) -> bool:
        """Whether there is any file, so that nothing is taken from the installation."""
        return any((self.teams, self.people, self.accounts, self.history))


@dataclass(frozen=True)
class Past:
    """One earlier escalation of the history file."""

    account: str
    subject: str
    closed_at: datetime
    priority: str


def read_files(files: Files) -> list[tuple[_Importer, str, str]]:
    """The text of each CSV file with what imports it, teams before the people in them.

    Raises:
        SceneryError: a file cannot be read.

    """
    order = ((import_teams, files.teams), (import_people, files.people), (import_accounts, files.accounts))
    return [(importer, _text(path), str(path)) for importer, path in order if path]


def read_history(path: Path | None) -> list[Past]:
    """The earlier escalations: a JSON list of objects with account, subject, closed and priority.

    Raises:
        SceneryError: the file cannot be read, or an entry is wrong; the sentence says which.

    """
    if path is None:
        return []
    try:
        entries = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise SceneryError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg}); nothing was replayed"
        ) from error
    if not isinstance(entries, list):
        raise SceneryError(f"{path}: it must be a JSON list of earlier escalations; nothing was replayed")
    return [_past(entry, f"{path}, entry {number}") for number, entry in enumerate(entries, 1)]


def furnish(
    session: Session, texts: Sequence[tuple[_Importer, str, str]], history: Sequence[Past], at: datetime
) -> None:
    """Import the files as of `at`.

    Raises:
        CsvError: something is wrong in a CSV file.
        SceneryError: the history names an account that is in no file.

    """
    by = By(None, "replay", Channel.CLI, at)
    for importer, content, source in texts:
        importer(session, by, content, source)
    accounts = {name: key for key, name in session.execute(select(Account.id, Account.name))}
    for past in history:
        if past.account not in accounts:
            raise SceneryError(f'the history names the account "{past.account}", which the accounts file does not have')
        session.add(_closed(past, accounts[past.account]))
        session.flush()


def copy_company(real: Store, scratch: Session) -> None:
    """Take over our people and teams and the accounts that people made; what mail taught is learned again."""
    with real.transaction() as session:
        rows = {table: [_columns(row) for row in session.scalars(select(table))] for table in _COPIED}
    guessed = {row["id"] for row in rows[Account] if row["provisional"]}
    rows[Account] = [row for row in rows[Account] if row["id"] not in guessed]
    rows[AccountDomain] = [row for row in rows[AccountDomain] if row["account_id"] not in guessed]
    rows[Contact] = [row for row in rows[Contact] if row["account_id"] not in guessed and row["title_source"] == "csv"]
    for row in rows[Contact]:
        row["first_seen_at"] = row["last_seen_at"] = None
    managers = {row["id"]: row["manager_id"] for row in rows[Person]}
    for row in rows[Person]:
        row["manager_id"] = None
    for table in _COPIED:
        if rows[table]:
            scratch.execute(insert(table), sorted(rows[table], key=lambda row: str(row.get("id", row.get("domain")))))
    for person in scratch.scalars(select(Person)):
        person.manager_id = managers[person.id]
    for counted in (Team, Person, Account, Contact):  # numbers that are in use must not be given out again
        next_ids(scratch, counted, max((row["id"] for row in rows[counted]), default=0))


def _columns(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def _past(entry: Any, where: str) -> Past:
    keys = ("account", "subject", "closed", "priority")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in keys):
        raise SceneryError(f"{where}: it needs {', '.join(keys)}, each as text; nothing was replayed")
    if entry["priority"] not in set(Priority):
        raise SceneryError(f'{where}: "{entry["priority"]}" is no priority; write one of {", ".join(Priority)}')
    try:
        closed = datetime.fromisoformat(entry["closed"])
        day = date.fromisoformat(entry["closed"]) if len(entry["closed"]) <= len("2026-01-31") else None
    except ValueError:
        raise SceneryError(f'{where}: closed "{entry["closed"]}" is no date; write it as in 2026-03-02') from None
    at = datetime.combine(day, _NOON) if day else closed if closed.tzinfo else closed.replace(tzinfo=UTC)
    return Past(entry["account"], entry["subject"], at, entry["priority"])


def _closed(past: Past, account_id: int) -> Escalation:
    return Escalation(
        title=past.subject,
        account_id=account_id,
        priority=past.priority,
        state=State.CLOSED.value,
        opened_at=past.closed_at,
        resolved_at=past.closed_at,
        closed_at=past.closed_at,
        changed_at=past.closed_at,
        opened_why="an earlier escalation",
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SceneryError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    except OSError as error:
        raise SceneryError(f"{path} cannot be read: {error.strerror}; nothing was replayed") from error
