"""What a playbook asks of an escalation: duties are begun with the path, done or skipped by word, and come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.playbooks import DutyRule, Every, Playbook, Playbooks
from config.recordwords import DutyState
from config.words import State
from signals.business import add_business, add_business_days, day_hours
from signals.calendar import Calendar
from store.record import Escalation
from store.tasks import Duty
from workflow.calendars import owner_calendar
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.errors import Refused

WEEK_DAYS = 5
"""Business days of a week."""


def duties_of(session: Session, esc: Escalation) -> list[Duty]:
    """All duties of the escalation in order of their number."""
    return list(session.scalars(select(Duty).where(Duty.escalation_id == esc.id).order_by(Duty.n)))


def is_held(session: Session, esc: Escalation) -> bool:
    """Whether an overdue duty that people were told of holds the escalation's risk up."""
    told = Duty.escalation_id == esc.id, Duty.state == DutyState.OPEN, Duty.told_overdue_at.is_not(None)
    return session.scalar(select(Duty.id).where(*told).limit(1)) is not None


def follow_path(session: Session, by: By, esc: Escalation, playbooks: Playbooks) -> list[Duty]:
    """Begin what the escalation's path asks for and is not there, drop what belongs to another path; what was begun.

    Safe to repeat. What was done stays done; only what recurs, or belongs to a close after a reopening, begins anew.
    """
    rows = duties_of(session, esc)
    live = playbooks.live(esc.path)
    foreign = [row for row in rows if row.state == DutyState.OPEN and row.playbook not in live]
    drop_duties(session, by, esc, foreign, f"the escalation is on the Sev {esc.path} path now")
    book = playbooks.of(esc.path)
    begun = [made for rule in book.duties if (made := _begin(session, by.now, esc, _Line(book, rule, rows)))]
    if begun:
        detail = {"playbook": book.name, "duties": [row.n for row in begun]}
        step = Step("duties begun", None, f"{len(begun)} of the Sev {book.path} playbook", detail=detail)
        written(session, by, esc, step)
    return begun


@dataclass(frozen=True)
class _Line:
    """One rule of a playbook, and all duties of the escalation."""

    book: Playbook
    rule: DutyRule
    rows: Sequence[Duty]

    @property
    def rounds(self) -> list[Duty]:
        """The rounds of this rule."""
        return [row for row in self.rows if (row.playbook, row.key) == (self.book.name, self.rule.key)]


def _begin(session: Session, now: datetime, esc: Escalation, line: _Line) -> Duty | None:
    """The first or the next round of a rule, where one is to be begun."""
    rounds = line.rounds
    if any(row.state == DutyState.OPEN for row in rounds):
        return None
    last = max(rounds, key=lambda row: row.round, default=None)
    settled = last is not None and last.state in (DutyState.DONE, DutyState.SKIPPED)
    if last is not None and settled and not line.rule.every.recurs:
        before = line.rule.every is Every.CLOSING and esc.reopened_at is not None
        if not (before and last.done_at is not None and esc.reopened_at and last.done_at < esc.reopened_at):
            return None
    due = first_due(line.rule, owner_calendar(session, esc), now)
    return _add(session, esc, line, _Round(1 if last is None else last.round + 1, now, due))


@dataclass(frozen=True)
class _Round:
    """When a round of a duty begins and is due."""

    number: int
    begun: datetime
    due: datetime | None


def _add(session: Session, esc: Escalation, line: _Line, at: _Round) -> Duty:
    top = session.scalar(select(func.coalesce(func.max(Duty.n), 0)).where(Duty.escalation_id == esc.id)) or 0
    made = Duty(
        escalation_id=esc.id,
        n=top + 1,
        playbook=line.book.name,
        key=line.rule.key,
        round=at.number,
        text=line.rule.text,
        due_at=at.due,
        state=DutyState.OPEN,
        made_at=at.begun,
        note="",
    )
    session.add(made)
    session.flush()
    return made


def first_due(rule: DutyRule, calendar: Calendar, begun: datetime) -> datetime | None:
    """When a duty that begins at `begun` is due, in UTC; None for one that waits for the close."""
    if rule.every is Every.ONCE:
        return add_business(calendar, begun, (rule.within_business_days or 1) * day_hours(calendar))
    return None if rule.every is Every.CLOSING else add_business_days(calendar, begun, _days(rule))


def next_due(rule: DutyRule, calendar: Calendar, due: datetime, now: datetime) -> tuple[int, datetime]:
    """How many rounds after one due at `due` the next comes that is still ahead, and when that is due, in UTC."""
    step, at = 1, add_business_days(calendar, due, _days(rule))
    while at <= now:
        step, at = step + 1, add_business_days(calendar, at, _days(rule))
    return step, at


def _days(rule: DutyRule) -> int:
    return 1 if rule.every is Every.DAY else WEEK_DAYS


@dataclass(frozen=True)
class Settled:
    """A duty that was done or skipped, and its next round, if one was begun."""

    duty: Duty
    following: Duty | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for an undo."""
        return {"duty": self.duty.id, "next": None if self.following is None else self.following.id}


def find_duty(session: Session, esc: Escalation, n: int) -> Duty:
    """The open duty of this number, locked.

    Raises:
        Refused: there is none; the sentence names those that are open.

    """
    found = session.scalar(
        select(Duty)
        .where(Duty.escalation_id == esc.id, Duty.n == n)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is not None and found.state == DutyState.OPEN:
        return found
    rows = [row for row in duties_of(session, esc) if row.state == DutyState.OPEN]
    listed = "; ".join(f"{row.n} {row.text}" for row in rows[:5]) or "none"
    what = f"Duty {n} of {esc.number} is {found.state} already" if found else f"{esc.number} has no duty {n}"
    raise Refused(f"{what}. Open are: {listed}{'; ...' if len(rows) > 5 else ''}.")  # noqa: PLR2004


@dataclass(frozen=True)
class Word:
    """What is said of a duty: done or skipped, and how or why."""

    to: DutyState
    note: str


def settle_duty(session: Session, by: By, row: Duty, word: Word, playbooks: Playbooks | None) -> Settled:
    """Call an open duty done or skipped, and begin the next round of one that recurs."""
    esc = session.get_one(Escalation, row.escalation_id)
    row.state, row.done_at, row.done_by, row.note = word.to.value, by.now, by.person_id, cut(word.note.strip())
    following = _next_round(session, by.now, esc, row, playbooks)
    detail: dict[str, Any] = {"n": row.n, "key": row.key, "round": row.round}
    if following is not None and following.due_at is not None:
        detail |= {"next": following.n, "due": following.due_at.isoformat()}
    written(session, by, esc, Step(f"duty {word.to}", None, row.text, row.note or None, detail))
    return Settled(row, following)


def _next_round(
    session: Session, now: datetime, esc: Escalation, row: Duty, playbooks: Playbooks | None
) -> Duty | None:
    book = None if playbooks is None else playbooks.named(row.playbook)
    rule = None if book is None else book.rule(row.key)
    if playbooks is None or book is None or rule is None or not rule.every.recurs or row.due_at is None:
        return None
    if row.playbook not in playbooks.live(esc.path) or esc.state in (State.RESOLVED, State.CLOSED):
        return None
    step, due = next_due(rule, owner_calendar(session, esc), row.due_at, now)
    return _add(session, esc, _Line(book, rule, ()), _Round(row.round + step, now, due))


def reopen_duty(session: Session, by: By, esc: Escalation, settled: dict[str, Any]) -> Duty:
    """Take back what `settle_duty` did; its next round goes.

    Raises:
        Refused: that round was settled since.

    """
    row = session.get_one(Duty, settled["duty"], with_for_update=True, populate_existing=True)
    following = None if settled["next"] is None else session.get(Duty, settled["next"], with_for_update=True)
    if row.state not in (DutyState.DONE, DutyState.SKIPPED) or (following and following.state != DutyState.OPEN):
        raise Refused("That duty went on since, so I left it as it is.")
    if following is not None:
        session.delete(following)
    row.state, row.done_at, row.done_by, row.note = DutyState.OPEN.value, None, None, ""
    written(session, by, esc, Step("duty reopened", None, row.text, detail={"n": row.n}))
    return row


def drop_duties(session: Session, by: By, esc: Escalation, rows: Sequence[Duty], why: str) -> None:
    """Let open duties fall away, with one audit row that names them."""
    if not rows:
        return
    for row in rows:
        row.state, row.done_at, row.note = DutyState.DROPPED.value, by.now, why
    detail = {"duties": [row.n for row in rows], "texts": [row.text for row in rows]}
    written(session, by, esc, Step("duties dropped", None, f"{len(rows)} that were open", why, detail))
