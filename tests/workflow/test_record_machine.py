"""Whatever people do in whatever order: no state the rules forbid, an audit row for each change, unbroken chains."""

# ruff: noqa: D102 - a rule is named after what it does

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config.words import Priority, State
from store import audit
from store.mail import Conversation
from store.record import Audit, Closeout, Escalation, Participant
from tests.workflow.desk import Desk, set_up_desk
from workflow import record
from workflow.errors import Refused
from workflow.joining import merge, split
from workflow.restore import snapshot

WORDS = [
    "ack",
    "start",
    "own",
    "resolve: done",
    "reopen: it is back",
    "close\nroot cause: a\nresolution: b",
    "undo",
    "split",
    "note: @stan look",
    "snooze 2d",
    "promise tomorrow: x",
    "kept",
    "waiting on customer",
    "sev 1",
    "users 300",
    "type visibility",
    "link https://wiki.example/p",
    "path to green: weekly call",
    "close",
]
MOST_ESCALATIONS = 3
MOVES = st.lists(st.tuples(st.sampled_from(State), st.sampled_from([None, "", "it is back"])), min_size=1, max_size=8)
FORWARD = {
    "open": {"acknowledged", "resolved"},
    "acknowledged": {"in_progress", "resolved"},
    "in_progress": {"resolved"},
    "resolved": {"closed", "open", "in_progress"},
    "closed": {"open", "in_progress"},
}


class RecordMachine(RuleBasedStateMachine):
    """Two people and the system at work on a few escalations of one desk."""

    engine: Engine
    escalations = Bundle("escalations")

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.desk: Desk = set_up_desk(self.session, datetime(2026, 5, 6, 8, 30, tzinfo=UTC))
        self.opened = 1

    def teardown(self) -> None:
        assert audit.verify(self.session) == []
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    @initialize(target=escalations)
    def first(self) -> Escalation:
        self.desk.conversation("Second", self.desk.esc)
        return self.desk.esc

    @precondition(lambda self: self.opened < MOST_ESCALATIONS)
    @rule(target=escalations)
    def open(self) -> Escalation:
        self.opened += 1
        return self.desk.opened(self.desk.conversation("Another"))

    @rule(esc=escalations, moves=MOVES)
    def move(self, esc: Escalation, moves: list[tuple[State, str | None]]) -> None:
        for to, reason in moves:
            by = replace(self.desk.by(), reason=reason)
            self._change(esc, partial(record.move_state, self.session, by, esc, to))
            self.every_state_is_the_fold_of_its_audit()

    @rule(esc=escalations, who=st.integers(0, 3))
    def set_owner(self, esc: Escalation, who: int) -> None:
        people = (self.desk.lena, self.desk.bob, self.desk.stan, self.desk.mona)
        self._change(esc, lambda: record.set_owner(self.session, self.desk.by(), esc, people[who].id))

    @rule(esc=escalations, priority=st.sampled_from(Priority))
    def set_priority(self, esc: Escalation, priority: Priority) -> None:
        self._change(esc, lambda: record.set_priority(self.session, self.desk.by(), esc, priority))

    @rule(esc=escalations, other=escalations)
    def merge(self, esc: Escalation, other: Escalation) -> None:
        self._change(esc, lambda: merge(self.session, self.desk.by(), other, esc))

    @rule(esc=escalations, text=st.sampled_from(WORDS), bob=st.booleans())
    def say(self, esc: Escalation, text: str, bob: bool) -> None:
        person = self.desk.bob if bob else self.desk.lena
        self._change(esc, lambda: self.desk.says(text, person, esc=esc, later=timedelta(minutes=1)))

    @rule(esc=escalations)
    def split(self, esc: Escalation) -> None:
        self._change(esc, lambda: split(self.session, self.desk.by(), esc))

    def _change(self, esc: Escalation, action: Callable[[], object]) -> None:
        """A change or a refusal; a changed field must have moved the version and written an audit row."""
        before, version, rows = snapshot(esc), esc.version, self._rows(esc)
        try:
            with self.session.begin_nested():
                record.lock(self.session, esc.id)
                action()
        except Refused:
            assert (snapshot(esc), esc.version, self._rows(esc)) == (before, version, rows)
            return
        self.session.flush()
        if snapshot(esc) != before:
            assert esc.version > version
        assert self._rows(esc) - rows >= esc.version - version

    def _rows(self, esc: Escalation) -> int:
        self.session.flush()
        return self.session.scalar(select(func.count()).where(Audit.stream == esc.number)) or 0

    @invariant()
    def every_state_is_the_fold_of_its_audit(self) -> None:
        self.session.flush()
        for esc in self.session.scalars(select(Escalation)):
            moves = self.session.execute(
                select(Audit.from_value, Audit.to_value, Audit.reason)
                .where(Audit.stream == esc.number, Audit.action.in_(("opened", "state", "reopened")))
                .order_by(Audit.seq)
            ).all()
            state = None
            for before, to, reason in moves:
                assert before == state
                undone = (reason or "").startswith("undo of")
                assert before is None or undone or to in FORWARD[before]
                state = to
            assert state == esc.state

    @invariant()
    def the_owner_takes_part(self) -> None:
        for esc in self.session.scalars(select(Escalation).where(Escalation.owner_id.is_not(None))):
            assert self.session.get(Participant, (esc.id, esc.owner_id)) is not None

    @invariant()
    def what_is_closed_has_a_complete_closeout(self) -> None:
        for esc in self.session.scalars(select(Escalation).where(Escalation.state == State.CLOSED)):
            made = self.session.scalars(select(Closeout).where(Closeout.escalation_id == esc.id)).all()
            assert any(each.root_cause and each.resolution for each in made)
            assert sorted(each.version for each in made) == list(range(1, len(made) + 1))

    @invariant()
    def times_fit_the_state(self) -> None:
        for esc in self.session.scalars(select(Escalation)):
            assert (esc.closed_at is not None) == (esc.state == State.CLOSED)
            assert (esc.resolved_at is not None) == (esc.state in (State.RESOLVED, State.CLOSED))
            assert (esc.acknowledged_at is None) == (esc.state == State.OPEN)

    @invariant()
    def nothing_hangs_on_a_merged_one(self) -> None:
        merged = select(Escalation.id).where(Escalation.merged_into.is_not(None))
        assert not self.session.scalars(select(Conversation.id).where(Conversation.escalation_id.in_(merged))).all()


def test_no_order_of_changes_breaks_the_record(engine: Engine) -> None:
    RecordMachine.engine = engine
    run_state_machine_as_test(
        RecordMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
