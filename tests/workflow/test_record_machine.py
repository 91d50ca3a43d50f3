"""Whatever people do in whatever order, by any road: no state the rules forbid, nothing lost, nothing unwritten.

Each change has its audit row, what is locked stays as it is, comments stay, and the chains are unbroken.
"""

# ruff: noqa: D102 - a rule is named after what it does

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

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

from config.playbooks import load_playbooks
from config.policy import load_policy
from config.recordwords import TaskState
from config.settings import Outgoing
from config.words import Channel, Priority, Role, State
from store import audit
from store.mail import Conversation
from store.record import Audit, Closeout, Comment, Escalation, Participant, SignOff
from store.tasks import ActionItem
from tests.workflow.desk import Desk, set_up_desk
from workflow import record
from workflow.actionlist import Wanted
from workflow.actions import NewItem, add_action, item_of, set_action_state
from workflow.bulkactions import Bulk, change_many
from workflow.closeout import PARTS, Post
from workflow.context import Context
from workflow.errors import Refused
from workflow.execute import Request, run_block
from workflow.grammar import parse_block
from workflow.joining import merge, split
from workflow.locks import lock_closeout, unlock_closeout
from workflow.restore import snapshot
from workflow.trust import Trust

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
    "sev 2",
    "did 1: reviewed",
    "skip 2: nothing new",
    "milestone 40: firmware",
    "reached 1",
    "risk: vendor late",
    "settled r1",
    "raci @bob RA",
    "users 300",
    "type visibility",
    "link https://wiki.example/p",
    "path to green: weekly call",
    "close",
    "lessons: look twice",
    "customer impact: a day lost",
    'signed off: Ana by phone: "fine"',
    "action: @bob by Friday: call them",
    "close\nroot cause: a\nresolution: b\naction: @stan: write it down",
    "done 1",
    "doing 1",
    "move 1 to tomorrow: no part",
    "drop 2: no need",
    "mine",
    "lock",
    "unlock: a wrong date",
    "resolve: done\nclose\nroot cause: a\nlock",
]
MOST_ESCALATIONS = 3


@dataclass(frozen=True)
class Picture:
    """An escalation as it stands: what a lock covers, all that people see, its version and how many audit rows."""

    covered: tuple[Any, ...]
    shown: tuple[Any, ...]
    version: int
    rows: int


MOVES = st.lists(st.tuples(st.sampled_from(State), st.sampled_from([None, "", "it is back"])), min_size=1, max_size=8)
FORWARD = {
    "open": {"acknowledged", "resolved"},
    "acknowledged": {"in_progress", "resolved"},
    "in_progress": {"resolved"},
    "resolved": {"closed", "open", "in_progress"},
    "closed": {"open", "in_progress"},
}


ROADS = [Channel.MAIL, Channel.CLI, Channel.API]


class RecordMachine(RuleBasedStateMachine):
    """Two people, an admin and the system at work on a few escalations of one desk."""

    engine: Engine
    escalations = Bundle("escalations")

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.desk: Desk = set_up_desk(self.session, datetime(2026, 5, 6, 8, 30, tzinfo=UTC))
        self.desk.playbooks = load_playbooks()
        self.desk.mona.role = Role.ADMIN
        self.opened = 1
        self.sealed: dict[int, Picture] = {}

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

    @rule(esc=escalations, text=st.sampled_from(WORDS), who=st.integers(0, 2), road=st.sampled_from(ROADS))
    def say(self, esc: Escalation, text: str, who: int, road: Channel) -> None:
        person = (self.desk.bob, self.desk.lena, self.desk.mona)[who]
        by = replace(self.desk.by(person, timedelta(minutes=1)), channel=road)
        block = parse_block(text, by.now, "Europe/Berlin")
        request = Request(Trust.CONFIRMED, Context(load_policy(), Outgoing()))
        self._change(esc, lambda: run_block(self.session, by, esc.id, block, request))

    @rule(esc=escalations, admin=st.booleans(), locked=st.booleans())
    def lock(self, esc: Escalation, admin: bool, locked: bool) -> None:
        by = self.desk.by(self.desk.mona if admin else self.desk.lena)
        if locked:
            self._change(esc, lambda: lock_closeout(self.session, by, esc))
        else:
            self._change(esc, lambda: unlock_closeout(self.session, by, esc, "a wrong date"))

    @rule(esc=escalations, who=st.integers(0, 1))
    def add_item(self, esc: Escalation, who: int) -> None:
        new = NewItem("look", (self.desk.bob, self.desk.stan)[who].id)
        self._change(esc, lambda: add_action(self.session, self.desk.by(), esc, new))

    @rule(esc=escalations, n=st.integers(1, 3), to=st.sampled_from(TaskState), why=st.sampled_from([None, "why"]))
    def set_item(self, esc: Escalation, n: int, to: TaskState, why: str | None) -> None:
        by = replace(self.desk.by(), reason=why)
        self._change(esc, lambda: set_action_state(self.session, by, esc, item_of(self.session, esc, n), to))

    @rule(esc=escalations, to=st.sampled_from(TaskState))
    def set_all_items(self, esc: Escalation, to: TaskState) -> None:
        by = self.desk.by(self.desk.mona)
        wanted = Wanted(states=tuple(TaskState))
        self._change(esc, lambda: change_many(self.session, by, wanted, Bulk(state=to, why="all at once")))

    @rule(esc=escalations)
    def comment(self, esc: Escalation) -> None:
        self._change(esc, lambda: record.add_comment(self.session, self.desk.by(), esc, "the customer called"))

    @rule(esc=escalations)
    def close(self, esc: Escalation) -> None:
        self._change(esc, lambda: record.close(self.session, self.desk.by(), esc, Post("a", "b", lessons="c")))

    @rule(esc=escalations)
    def split(self, esc: Escalation) -> None:
        self._change(esc, lambda: split(self.session, self.desk.by(), esc))

    def _change(self, esc: Escalation, action: Callable[[], object]) -> None:
        """A change or a refusal; whatever changed must have moved its version and written an audit row."""
        before = self._pictures()
        try:
            with self.session.begin_nested():
                record.lock(self.session, esc.id)
                action()
        except Refused:
            assert self._pictures() == before
            return
        for number, after in self._pictures().items():
            was = before.get(number)
            if was is None:
                continue
            if after.shown != was.shown:
                assert after.version > was.version
            assert after.rows - was.rows >= after.version - was.version

    def _pictures(self) -> dict[int, Picture]:
        self.session.flush()
        return {esc.id: self._picture(esc) for esc in self.session.scalars(select(Escalation))}

    def _picture(self, esc: Escalation) -> Picture:
        self.session.refresh(esc)
        of = partial(self._all, esc)
        items = of(ActionItem, "n", "state", "due_at", "assignee_id", "text", "outcome")
        covered = (esc.state, *(getattr(esc, part) for part in PARTS), items)
        covered = (*covered, of(Closeout, "version", "root_cause"), of(SignOff, "quote"))
        shown = (tuple(snapshot(esc).values()), covered, of(Comment, "text"), esc.locked_at)
        return Picture(covered, shown, esc.version, self._rows(esc))

    def _all(self, esc: Escalation, table: type[Any], *names: str) -> tuple[Any, ...]:
        columns = [getattr(table, name) for name in names]
        return tuple(
            map(tuple, self.session.execute(select(*columns).where(table.escalation_id == esc.id).order_by(table.id)))
        )

    def _rows(self, esc: Escalation) -> int:
        return self.session.scalar(select(func.count()).where(Audit.stream == esc.number)) or 0

    @invariant()
    def what_is_locked_stays_as_it_is(self) -> None:
        for number, picture in self._pictures().items():
            if picture.shown[-1] is None:
                self.sealed.pop(number, None)
            else:
                assert self.sealed.setdefault(number, picture).covered == picture.covered
                assert picture.covered[0] == State.CLOSED

    @invariant()
    def no_comment_is_lost(self) -> None:
        count = select(func.count()).select_from(Audit)
        made = self.session.scalar(count.where(Audit.action == "comment")) or 0
        withdrawn = self.session.scalar(count.where(Audit.action == "comment withdrawn")) or 0
        assert self.session.scalar(select(func.count()).select_from(Comment)) == made - withdrawn

    @invariant()
    def no_action_item_is_lost(self) -> None:
        made = self.session.scalar(select(func.count()).select_from(Audit).where(Audit.action == "action item")) or 0
        assert self.session.scalar(select(func.count()).select_from(ActionItem)) == made

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
