"""Drafts of the daily and the weekly status, composed from the record for the owner to send; nobody else gets them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import DutyState, RegisterKind
from config.words import Direction, MailKind, PromiseState
from store.mail import Conversation, Message
from store.people import Account, Person
from store.record import Audit, Escalation
from store.risk import Promise, PromiseEvent
from store.tasks import Duty, RegisterEntry
from store.views import promise_rows
from workflow.change import By, Step, append
from workflow.context import Context
from workflow.pages import Page, page, say_short
from workflow.register import entries_of
from workflow.states import say_state
from workflow.statuspage import Overview

Kind = Literal["daily", "weekly"]
SPANS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
"""How far the first draft of a kind looks back."""

_A_MOMENT = timedelta(seconds=1)
"""What was done at the very opening is told too."""

_BLOCKING = (RegisterKind.ISSUE, RegisterKind.DEPENDENCY)
_MOVES = {
    "state": "It is {to} now", "reopened": "It was taken up again: {why}", "owner": "{to} owns it now",
    "priority": "Its priority is {to} now", "path": "It is on path Sev {to} now: {why}", "milestone reached": "{to}",
    "register settled": "Settled: {to}",
}  # fmt: skip
"""What each kind of change is to those who only want to know how it goes."""
_OUTCOMES = {PromiseState.KEPT: "Kept", PromiseState.MISSED: "Not kept in time", PromiseState.MOVED: "Moved"}


def compose_draft(session: Session, by: By, esc: Escalation, kind: Kind, ctx: Context) -> Page:
    """The draft of what changed since the last of its kind; that it was written stands in the audit."""
    zone = "UTC"
    if by.person_id is not None:
        zone = session.get_one(Person, by.person_id).zone
    draft = _Draft(session, esc, Overview(session, esc, ctx, by.now, zone), _since(session, by, esc, kind))
    made = draft.daily() if kind == "daily" else draft.weekly()
    append(session, by, esc.number, Step(f"draft {kind}"))
    return made


def _since(session: Session, by: By, esc: Escalation, kind: Kind) -> datetime:
    last = session.scalar(select(func.max(Audit.at)).where(Audit.stream == esc.number, Audit.action == f"draft {kind}"))
    # A second draft within minutes is the first one, asked for again.
    fresh = last is not None and by.now - last < SPANS[kind] / 4
    return max(esc.opened_at - _A_MOMENT, by.now - SPANS[kind]) if last is None or fresh else last


@dataclass(frozen=True)
class _Draft:
    """What is told of one escalation since a moment."""

    session: Session
    esc: Escalation
    now: Overview
    since: datetime

    def daily(self) -> Page:
        return page(
            [
                ("", [self._subject("Status"), self._standing()]),
                (f"Done since {self._at(self.since)}", self._done() or ["Nothing to report yet."]),
                ("Blockers", self._blockers() or ["None known."]),
                ("Contact with the customer", self._contact()),
                ("Next", self._next()),
            ],
            forward=True,
        )

    def weekly(self) -> Page:
        return page(
            [
                ("", [self._subject("Weekly summary"), self._standing()]),
                (f"Done since {self._at(self.since)}", self._done() or ["Nothing to report yet."]),
                ("Path to green", [self.esc.path_to_green] if self.esc.path_to_green else []),
                ("Action plan", self.now.plan()),
                ("Budget and timeline", self._timeline() or ["No date has moved."]),
                ("Risks and dependencies", self.now.register()),
                ("Contact with the customer", self._contact()),
                ("Next", self._next()),
            ],
            forward=True,
        )

    def _subject(self, what: str) -> str:
        account = None if self.esc.account_id is None else self.session.get(Account, self.esc.account_id)
        about = self.esc.title if account is None else f"{account.name}, {self.esc.title}"
        return f"{what} {self._at(self.now.now)}: {about} ({self.esc.number})"

    def _standing(self) -> str:
        owner = None if self.esc.owner_id is None else self.session.get(Person, self.esc.owner_id)
        who = "nobody owns it yet" if owner is None else f"{owner.name} owns it"
        return f"It is {say_state(self.esc.state)} on path Sev {self.esc.path}, risk {self.esc.risk}; {who}."

    def _done(self) -> list[str]:
        return [*self._duties(), *self._promises(), *self._moves()]

    def _duties(self) -> Iterator[str]:
        rows = self.session.scalars(
            select(Duty)
            .where(Duty.escalation_id == self.esc.id, Duty.state == DutyState.DONE, Duty.done_at > self.since)
            .order_by(Duty.done_at, Duty.n)
        )
        for row in rows:
            # What the record shows by itself is no news to its readers.
            if row.done_by is not None:
                yield f"{row.text}: {row.note}" if row.note else row.text

    def _promises(self) -> Iterator[str]:
        for promise in self._settled(tuple(_OUTCOMES)):
            yield f"{_OUTCOMES[PromiseState(promise.state)]}: “{promise.quote}”"

    def _settled(self, states: Sequence[PromiseState]) -> list[Promise]:
        rows = [row for row in promise_rows(self.session, self.esc.id) if row.state in states]
        lately = select(PromiseEvent.promise_id).where(
            PromiseEvent.promise_id.in_([row.id for row in rows]), PromiseEvent.at > self.since
        )
        moved = set(self.session.scalars(lately))
        return [row for row in rows if row.id in moved]

    def _moves(self) -> Iterator[str]:
        rows = self.session.scalars(
            select(Audit)
            .where(Audit.stream == self.esc.number, Audit.at > self.since, Audit.action.in_(_MOVES))
            .order_by(Audit.seq)
        ).all()
        values = [value for row in rows for value in (row.from_value, row.to_value) if value]
        names = dict(self.session.execute(select(Person.email, Person.name).where(Person.email.in_(values))).all())
        for row in rows:
            to = names.get(row.to_value or "", (row.to_value or "nobody").replace("_", " "))
            said = _MOVES[row.action].format(to=to, why=row.reason or "")
            yield f"{self._at(row.at)}: {said.rstrip(': ')}"

    def _blockers(self) -> list[str]:
        waiting = [f"We wait on {self.esc.waiting_on}."] if self.esc.waiting_on else []
        return waiting + [self._entry(row) for row in entries_of(self.session, self.esc) if self._blocks(row)]

    def _blocks(self, row: RegisterEntry) -> bool:
        return row.closed_at is None and row.kind in _BLOCKING

    def _entry(self, row: RegisterEntry) -> str:
        return row.text + (f" ({row.mitigation})" if row.mitigation else "")

    def _contact(self) -> Iterator[str]:
        """How many mails went each way since, and when the last was."""
        rows = self.session.execute(
            select(Message.direction, func.count(), func.max(Message.sent_at))
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.escalation_id == self.esc.id, Message.sent_at > self.since)
            .where(Message.kind.in_((MailKind.CUSTOMER, MailKind.COLLEAGUE)), Message.direction != Direction.INTERNAL)
            .group_by(Message.direction)
            .order_by(Message.direction)
        ).all()
        who = {Direction.IN.value: "The customer wrote", Direction.OUT.value: "We wrote"}
        for direction, count, last in rows:
            yield f"{who[direction]} {count} {'mail' if count == 1 else 'mails'}, the last on {self._at(last)}."
        if not rows:
            yield "No mail went either way."

    def _timeline(self) -> list[str]:
        late = [line for line in (*self.now.plan(), *self.now.actions()) if "OVERDUE" in line]
        moved = [f"Moved: “{row.quote}”" for row in self._settled((PromiseState.MOVED,))]
        return [*moved, *late]

    def _next(self) -> list[str]:
        steps = list(self.now.next_step()) or ["The next step is not written down yet."]
        owed = [row for row in promise_rows(self.session, self.esc.id) if row.state == PromiseState.PENDING]
        due = [f"“{row.quote}” by {self._at(row.due_at)}" for row in owed if row.due_at]
        return [*steps, *(f"We owe: {line}" for line in due)]

    def _at(self, moment: datetime) -> str:
        return say_short(moment, self.now.zone)
