"""What is summed up of a customer is exact against a plain recount, whatever happened before, and whoever asks."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.rollups import CustomRollup
from config.words import Channel, Priority, PromiseState, Role, State
from store.customer import Rating
from store.people import Account, Person, Team
from store.record import Escalation
from store.risk import Promise
from store.rollups import AccountRollup, rollups
from store.visibility import may_see
from workflow.change import By
from workflow.commitments import add_promise, settle_promise
from workflow.errors import WorkflowError
from workflow.joining import merge
from workflow.participants import add_participant
from workflow.record import Opening, move_state, open_escalation, set_owner, set_path, set_priority

OPERATIONS = 10_000
LIVE = (State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS)
OWN = (
    CustomRollup(name="sev1", take="count", where={"path": 1}, opened_within_days=30),
    CustomRollup(name="wait", take="mean", of="hours_to_acknowledge", where={"priority": ("high", "critical")}),
    CustomRollup(name="users", take="sum", of="affected_users", where={"owned": True}),
)


@dataclass
class World:
    """Two teams with people of every role, and five customers, on which random things happen."""

    session: Session
    now: datetime
    dice: random.Random
    people: list[Person] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    promises: list[tuple[Escalation, Promise]] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)

    def build(self) -> None:
        """Set everybody up."""
        self.teams = [Team(name="support"), Team(name="field")]
        self.accounts = [
            Account(name=f"Customer {n}", created_at=self.now, arr=arr, csat=csat)
            for n, (arr, csat) in enumerate([(120_000, 4.0), (50_000, None), (None, 2.0), (1_000, None), (0, 1.5)])
        ]
        self.session.add_all([*self.teams, *self.accounts])
        self.session.flush()
        for name, role, team, above in (
            ("ada", Role.ADMIN, 0, None), ("mona", Role.MANAGER, 1, None), ("lena", Role.AGENT, 0, 1),
            ("stan", Role.AGENT, None, None),
        ):  # fmt: skip
            person = Person(email=f"{name}@us.example", name=name, handle=name, role=role)
            person.team_id = None if team is None else self.teams[team].id
            person.manager_id = None if above is None else self.people[above].id
            self.session.add(person)
            self.session.flush()
            self.people.append(person)

    def by(self) -> By:
        """Somebody, a little later than before."""
        self.now += timedelta(minutes=self.dice.randint(1, 40))
        who = self.dice.choice(self.people)
        return By(who.id, who.email, Channel.CLI, self.now, "because")

    def step(self) -> None:
        """One thing, chosen by the dice; what the rules refuse changes nothing."""
        do = self.dice.choices([f for f, _ in CHOICES], [weight for _, weight in CHOICES])[0]
        try:
            do(self)
        except WorkflowError:
            return

    def one(self) -> Escalation:
        """Any escalation."""
        return self.dice.choice(self.escalations) if self.escalations else opened(self)


def opened(world: World) -> Escalation:
    account = world.dice.choice([*world.accounts, None])
    opening = Opening(
        title="x",
        account_id=None if account is None else account.id,
        team_id=world.dice.choice([*world.teams, world.teams[0]]).id,
        conversation_ids=(),
        why="x",
        owner_id=world.dice.choice([None, world.people[2].id]),
        priority=world.dice.choice(list(Priority)),
    )
    made = open_escalation(world.session, world.by(), opening)
    made.affected_users = world.dice.choice([None, 3, 40])
    world.escalations.append(made)
    return made


def moved(world: World) -> None:
    # As the rules have it: closed only from resolved.
    esc, to = world.one(), world.dice.choice(list(State))
    move_state(world.session, world.by(), esc, to)


def prioritised(world: World) -> None:
    set_priority(world.session, world.by(), world.one(), world.dice.choice(list(Priority)))


def put_on_path(world: World) -> None:
    set_path(world.session, world.by(), world.one(), world.dice.choice([1, 2]))


def given(world: World) -> None:
    set_owner(world.session, world.by(), world.one(), world.dice.choice(world.people).id)


def joined(world: World) -> None:
    add_participant(world.session, world.by(), world.one(), world.dice.choice(world.people).id, "asked")


def merged(world: World) -> None:
    merge(world.session, world.by(), world.one(), world.one())


def promised(world: World) -> None:
    esc = world.one()
    world.promises.append((esc, add_promise(world.session, world.by(), esc, "soon", world.now)))


def settled(world: World) -> None:
    if world.promises:
        esc, promise = world.dice.choice(world.promises)
        settle_promise(world.session, world.by(), esc, promise.id, world.dice.choice(list(PromiseState)))


def rated(world: World) -> None:
    esc, address = world.one(), f"{world.dice.randint(0, 10**9)}@them.example"
    score = world.dice.randint(1, 5)
    row = Rating(escalation_id=esc.id, account_id=esc.account_id, address=address, score=score, at=world.now)
    world.session.add(row)
    world.ratings.append(row)


CHOICES: list[tuple[Callable[[World], object], int]] = [
    (opened, 12), (moved, 40), (prioritised, 10), (put_on_path, 8), (given, 6), (joined, 4), (merged, 1),
    (promised, 8), (settled, 8), (rated, 5),
]  # fmt: skip


def recount(world: World, person: Person | None) -> dict[int, AccountRollup]:
    """The same figures, the slow way."""
    rows = {e.id: e for e in world.session.scalars(select(Escalation))}
    seen = {e.id for e in rows.values() if person is None or may_see(world.session, person.id, e.id)}
    return {account.id: _figures(world, account, rows, seen) for account in world.accounts}


def _figures(world: World, account: Account, rows: dict[int, Escalation], seen: set[int]) -> AccountRollup:
    mine = [e for e in rows.values() if e.account_id == account.id and e.id in seen and e.merged_into is None]
    live = [e for e in mine if e.state in LIVE]
    lately = [e for e in mine if e.opened_at > world.now - timedelta(days=90)]
    done = [(e.resolved_at - e.opened_at) / timedelta(hours=1) for e in mine if e not in live and e.resolved_at]
    missed = [p for e, p in world.promises if p.state == "missed" and e.account_id == account.id and e.id in seen]
    scores = [r.score for r in world.ratings if r.account_id == account.id and r.escalation_id in seen]
    rated_ever = any(r.account_id == account.id for r in world.ratings)
    urgent = [e for e in live if e.path == 1 or e.priority in ("high", "critical")]
    waits = [
        (e.acknowledged_at - e.opened_at) / timedelta(hours=1)
        for e in mine
        if e.acknowledged_at and e.priority in ("high", "critical")
    ]
    return AccountRollup(
        account_id=account.id,
        open=len(live),
        urgent=len(urgent),
        repeated=max(0, len(lately) - 1),
        promises_missed=len(missed),
        median_hours=median(done) if done else None,
        csat=sum(scores) / len(scores) if scores else None if rated_ever else account.csat,
        arr_exposed=(account.arr or 0.0) if live else 0.0,
        custom={
            "sev1": sum(e.path == 1 and e.opened_at > world.now - timedelta(days=30) for e in mine),
            "wait": sum(waits) / len(waits) if waits else None,
            "users": float(sum(e.affected_users or 0 for e in mine if e.owner_id)),
        },
    )


def same(found: AccountRollup, counted: AccountRollup) -> bool:
    exact = ("open", "urgent", "repeated", "promises_missed", "arr_exposed")
    near = [(found.median_hours, counted.median_hours), (found.csat, counted.csat)]
    near += [(found.custom[name], counted.custom[name]) for name in counted.custom]
    return all(getattr(found, name) == getattr(counted, name) for name in exact) and all(
        one == pytest.approx(other, abs=1e-6) for one, other in near
    )


def test_they_are_exact_after_ten_thousand_operations_for_everybody(session: Session, now: datetime) -> None:
    world = World(session, now, random.Random(7))
    world.build()
    for number in range(1, OPERATIONS + 1):
        world.step()
        if number % 2_500 == 0:
            session.flush()
            for person in (None, *world.people):
                found = rollups(session, person, world.now, custom=OWN)
                wrong = {k: (found[k], c) for k, c in recount(world, person).items() if not same(found[k], c)}
                assert wrong == {}, (number, person and person.email)
    assert len(world.escalations) > 500


def test_a_rating_of_what_somebody_may_not_see_is_not_told(session: Session, now: datetime) -> None:
    world = World(session, now, random.Random(7))
    world.build()
    while not world.ratings:
        world.step()
    rating, stranger = world.ratings[0], Person(email="new@us.example", name="New", handle="new", role=Role.AGENT)
    session.add(stranger)
    assert rating.account_id is not None
    session.get_one(Account, rating.account_id).csat = float(rating.score)
    session.flush()
    assert rollups(session, stranger, now)[rating.account_id].csat is None
