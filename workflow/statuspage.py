"""The overview of an escalation: risk and why, who, duties, promises, plan, register, next step, last changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import DutyState, TaskState
from config.words import SIGNAL_NAMES
from store.people import Person
from store.record import Audit, Escalation
from store.tasks import ActionItem, Duty, Milestone, RegisterEntry
from store.views import promise_rows
from workflow.context import Context
from workflow.duties import duties_of
from workflow.pages import Page, few, page, say_short
from workflow.plan import WHOLE, milestones_of, progress
from workflow.raci import MEANINGS, raci_of
from workflow.register import entries_of
from workflow.standing import Together, issue_standing, say_few

MOST_LINES = 8
LAST_CHANGES = 5
LONGEST = 160
"""Characters of a quotation; the whole stands in `smokewatch show`."""

OPEN_PROMISES = ("pending", "unarmed", "missed")
OPEN_TASKS = (TaskState.OPEN, TaskState.IN_PROGRESS)
UNTOLD = ("command rejected", "participant", "waits for a confirm", "duties begun")
"""Changes that say nothing of how it goes."""


@dataclass(frozen=True)
class Overview:
    """One escalation as one person looks at it; times are told by the clock of `zone`."""

    session: Session
    esc: Escalation
    ctx: Context
    now: datetime
    zone: str

    def page(self) -> Page:
        """The whole of it; parts without anything to say are left out."""
        more = f"smokewatch show {self.esc.number}"
        return page(
            [
                ("Risk", self.risk()),
                ("Who", self.people()),
                ("Next step", self.next_step()),
                ("Duties", few(list(self.duties()), MOST_LINES, f"smokewatch playbook {self.esc.number}")),
                ("Promises", few(list(self.promises()), MOST_LINES, more)),
                ("Action plan", self.plan()),
                ("Action items", few(list(self.actions()), MOST_LINES, more)),
                ("Risk register", few(list(self.register()), MOST_LINES, more)),
                ("Last changes", self.changes()),
            ]
        )

    def standing(self) -> Together:
        """Where it stands, computed afresh."""
        return issue_standing(self.session, self.esc, self.ctx.policy.risk, self.now)

    def risk(self) -> Iterator[str]:
        """The level, and each term of the score; what holds it up beside the score."""
        stands = self.standing()
        yield f"{self.esc.risk}, score {stands.score:.2f}"
        for term in sorted(stands.terms, key=lambda each: -each.contribution):
            yield f"{SIGNAL_NAMES[term.signal]} adds {term.contribution:.2f}"
        if stands.floor is not None:
            yield f"held at {stands.floor.risk} or above by what is overdue: {say_few(stands.floor.duties)}"

    def people(self) -> Iterator[str]:
        """The owner, and the RACI."""
        owner = None if self.esc.owner_id is None else self.session.get(Person, self.esc.owner_id)
        yield f"Owner: {'nobody yet' if owner is None else owner.name}"
        roles = raci_of(self.session, self.esc)
        for letter, meaning in MEANINGS.items():
            names = [person.name for held, person in roles if held == letter]
            if names:
                yield f"{meaning.capitalize()}: {', '.join(names)}"

    def next_step(self) -> Iterator[str]:
        """What is done next, and by when."""
        if self.esc.next_step:
            yield self.esc.next_step + self._by(self.esc.next_step_due)
        if self.esc.waiting_on:
            yield f"Waiting on {self.esc.waiting_on}"

    def duties(self) -> Iterator[str]:
        """Open ones: overdue first, then by day; those of the close in one line."""
        rows = [row for row in duties_of(self.session, self.esc) if row.state == DutyState.OPEN]
        dated = sorted((row for row in rows if row.due_at), key=lambda row: (row.due_at, row.n))
        yield from (self._duty(row) for row in dated)
        closing = [f"{row.n}. {row.text}" for row in rows if row.due_at is None]
        if closing:
            yield f"At the close: {'; '.join(closing)}"

    def _duty(self, row: Duty) -> str:
        return f"{row.n}. {row.text}{self._by(row.due_at)}"

    def promises(self) -> Iterator[str]:
        """What we owe the customer; the numbers are those of `kept n`."""
        for n, row in enumerate(promise_rows(self.session, self.esc.id), 1):
            if row.state in OPEN_PROMISES:
                missed = ", missed" if row.state == "missed" else ""
                due = "" if row.due_at is None else f", due {say_short(row.due_at, self.zone)}"
                yield f"{n}. “{_cut(row.quote)}”{due}{missed}"

    def plan(self) -> Iterator[str]:
        """How far the plan has come, and each milestone with its tasks."""
        rows = milestones_of(self.session, self.esc)
        if not rows:
            return
        planned = sum(row.share for row in rows)
        yield f"{progress(rows)}% done" + ("" if planned == WHOLE else f"; the milestones cover {planned}% of the plan")
        tasks = _tasks(self.session, rows)
        for row in rows:
            stands = "reached" if row.percent == WHOLE else f"{row.percent}% done{self._by(row.due_at)}"
            yield f"{row.n}. {row.text} ({row.share}% of the plan): {stands}{tasks.get(row.id, '')}"

    def actions(self) -> Iterator[str]:
        """Action items that are not done."""
        rows = self.session.execute(
            select(ActionItem, Person.name)
            .join(Person, Person.id == ActionItem.assignee_id)
            .where(ActionItem.escalation_id == self.esc.id, ActionItem.state.in_(OPEN_TASKS))
            .order_by(ActionItem.due_at.asc().nulls_last(), ActionItem.n)
        )
        yield from (f"{item.n}. {name}: {item.text}{self._by(item.due_at)}" for item, name in rows)

    def register(self) -> Iterator[str]:
        """Lines of the risk register that are not settled."""
        yield from (self._entry(row) for row in entries_of(self.session, self.esc) if row.closed_at is None)

    def _entry(self, row: RegisterEntry) -> str:
        owner = None if row.owner_id is None else self.session.get(Person, row.owner_id)
        more = [row.mitigation, f"{owner.name} sees to it" if owner else ""]
        told = "; ".join(part for part in more if part)
        return f"r{row.n} {row.kind}: {row.text}" + (f" ({told})" if told else "")

    def changes(self) -> Iterator[str]:
        """The last changes that say something, the newest first."""
        rows = self.session.execute(
            select(Audit, Person.name)
            .outerjoin(Person, Person.email == Audit.actor)
            .where(Audit.stream == self.esc.number, Audit.action.not_in(UNTOLD))
            .order_by(Audit.seq.desc())
            .limit(LAST_CHANGES)
        ).all()
        names = self._names([row.to_value for row, _ in rows] + [row.from_value for row, _ in rows])
        for row, name in rows:
            who = f", {name}" if name else ""
            yield f"{say_short(row.at, self.zone)}{who}: {say_change(row, names)}"

    def _names(self, values: Iterable[str | None]) -> dict[str, str]:
        found = select(Person.email, Person.name).where(Person.email.in_([each for each in values if each]))
        return dict(self.session.execute(found).all())

    def _by(self, due: datetime | None) -> str:
        if due is None:
            return ""
        return f", {'OVERDUE since' if due <= self.now else 'by'} {say_short(due, self.zone)}"


def say_change(row: Audit, names: dict[str, str]) -> str:
    """An audit row in a few words: `state: open → resolved`."""
    before, after = (names.get(v or "", (v or "").replace("_", " ")) for v in (row.from_value, row.to_value))
    what = row.action.replace("_", " ")
    if row.action == "path":
        before, after = (f"Sev {each}" if each else "" for each in (before, after))
    said = f"{before} → {after}" if before and after else after or before
    why = f" ({row.reason})" if row.reason and row.action in ("path", "reopened", "risk") else ""
    return _cut(f"{what}: {said}{why}" if said else what)


def _tasks(session: Session, rows: Sequence[Milestone]) -> dict[int, str]:
    """How many of the action items of each milestone are done, to follow its line."""
    done = func.count().filter(ActionItem.state == TaskState.DONE)
    counted = session.execute(
        select(ActionItem.milestone_id, done, func.count())
        .where(ActionItem.milestone_id.in_([row.id for row in rows]), ActionItem.state != TaskState.CANCELLED)
        .group_by(ActionItem.milestone_id)
    )
    return {key: f"; {ready} of {count} action items done" for key, ready, count in counted if key is not None}


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
