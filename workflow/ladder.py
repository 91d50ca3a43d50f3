"""Climbs the ladder of an escalation that nobody answers: who is asked, is warned, and then the next one is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from config.matrix import Matrix, RungRule
from config.words import Channel, State
from signals.business import add_business
from store.people import Person
from store.record import Audit, Escalation
from store.roster import Rung
from store.setbacks import one_by_one
from workflow import record
from workflow.calendars import owner_calendar
from workflow.change import By, Step, name_of, written
from workflow.climb import GIVEN, NO_ANSWER, answered, climb_of, given_away, rungs_of, settled
from workflow.context import Context
from workflow.laddermails import step_of, tell_rung, warn
from workflow.participants import add_participant
from workflow.roster import Roster, about

LATE = timedelta(hours=1)
"""A ladder that is begun longer after the opening (an outage, a backfill, an upgrade) runs from then on: nobody could
have been asked before."""
OWNER_CHANGED = "it went to another owner"
AT_THE_END = 3
"""`Rung.told` of one whose time is up with nobody above."""
_SINCE = func.coalesce(Escalation.reopened_at, Escalation.opened_at)
_ON = (Escalation.state == State.OPEN, Escalation.merged_into.is_(None))


@dataclass(frozen=True)
class Standing:
    """Somebody on a rung: which, who, and how many business hours they have."""

    place: int
    rule: RungRule
    person: Person
    hours: float


def keep_ladder(session: Session, ctx: Context, now: datetime) -> None:
    """Begin ladders, end those that were answered, warn who is asked, and go on to the next rung where time is up.

    An answer is looked for only when a moment of the rung has come: until then nobody would hear of it.
    """
    if ctx.matrix is None or ctx.silent:
        return
    matrix = ctx.matrix
    due = [(each, each) for each in _due(session, now)]
    one_by_one(session, "ladder", due, lambda each: _look(session, ctx, matrix, each, now), now)
    changed = [(each, each) for each in _changed(session)]
    one_by_one(session, "ladder", changed, lambda each: _hurry(session, matrix, each, now), now)
    new = [(each, each) for each in _new(session)]
    one_by_one(session, "ladder", new, lambda each: _begin(session, matrix, each, now), now)


def _new(session: Session) -> list[int]:
    """Open escalations on whose round no ladder stands yet, or that went to another owner after it ended."""
    last = select(func.max(Rung.ended_at)).where(Rung.escalation_id == Escalation.id).scalar_subquery()
    live = select(Rung.id).where(Rung.escalation_id == Escalation.id, Rung.ended_at.is_(None)).exists()
    begun = select(Rung.id).where(Rung.escalation_id == Escalation.id, Rung.since >= _SINCE).exists()
    number = func.concat("ESC-", Escalation.id)
    given = select(Audit.seq).where(Audit.stream == number, *GIVEN, Audit.at > last).exists()
    rows = select(Escalation.id).where(*_ON, ~live, or_(~begun, given))
    return list(session.scalars(rows.order_by(Escalation.id)))


def _changed(session: Session) -> list[int]:
    """Escalations that changed since the times of their rung were made: another path or priority may want less."""
    rows = select(Escalation.id).join(Rung, Rung.escalation_id == Escalation.id)
    rows = rows.where(*_ON, Rung.ended_at.is_(None), Rung.version < Escalation.version)
    return list(session.scalars(rows.order_by(Escalation.id)))


def _hurry(session: Session, matrix: Matrix, escalation_id: int, now: datetime) -> None:
    """Give whoever is asked the shorter time that holds now, from now on; time once given never grows."""
    esc = record.lock(session, escalation_id)
    rung = climb_of(session, esc)[-1]
    rung.version = esc.version
    rule = next((each for each in matrix.rungs if each.name == rung.name), None)
    hours = None if rule is None else rule.hours(about(session, esc).case)
    calendar = owner_calendar(session, esc)
    if hours is not None and (due := add_business(calendar, now, hours)) < rung.due_at:
        rung.half_at, rung.most_at = (add_business(calendar, now, hours * each.share) for each in matrix.warnings)
        rung.due_at, rung.told = due, 0
    session.flush()


def _due(session: Session, now: datetime) -> list[int]:
    """Escalations whose rung is over, or has a moment that came and was not looked at."""
    moments = (
        and_(Rung.told == 0, Rung.half_at <= now),
        and_(Rung.told <= 1, Rung.most_at <= now),
        and_(Rung.told < AT_THE_END, Rung.due_at <= now),
    )
    rows = select(Escalation.id).join(Rung, Rung.escalation_id == Escalation.id).where(Rung.ended_at.is_(None))
    over = (Escalation.state != State.OPEN, Escalation.merged_into.is_not(None), Rung.since < _SINCE)
    rows = rows.where(or_(*over, *moments))
    return list(session.scalars(rows.order_by(Escalation.id)))


def _begin(session: Session, matrix: Matrix, escalation_id: int, now: datetime) -> None:
    esc = record.lock(session, escalation_id)
    since = max(
        [esc.reopened_at or esc.opened_at, *(rung.ended_at for rung in rungs_of(session, esc) if rung.ended_at)]
    )
    since = since if now - since <= LATE else now
    standing = next_standing(Roster(session, matrix, now), esc)
    if standing is not None:
        _added(session, esc, standing, since, matrix)


def _look(session: Session, ctx: Context, matrix: Matrix, escalation_id: int, now: datetime) -> None:
    esc = session.get_one(Escalation, escalation_id, with_for_update=True, populate_existing=True)
    climb = climb_of(session, esc)
    if not climb or climb[-1].ended_at is not None:
        _end_stale(session, esc, now)
        return
    rung = climb[-1]
    given = given_away(session, esc, climb)
    why = settled(esc) or ("" if given else answered(session, esc, climb))
    if why or given:
        rung.ended_at, rung.ended_why = now, why or OWNER_CHANGED
        session.flush()
        standing = None if why else next_standing(Roster(session, matrix, now), esc)
        if standing is not None:
            _added(session, esc, standing, given or now, matrix)
        return
    above = next_standing(Roster(session, matrix, now), esc, climb)
    if now >= rung.due_at and above is not None:
        _climb(session, ctx, esc, above, now)
        return
    if above is not None or len(climb) == 1:
        warn(session, ctx, rung, None if above is None else above.person.name, now)
    if now >= rung.due_at:
        rung.told = AT_THE_END
    rung.told = max(rung.told, step_of(rung, now))
    session.flush()


def _end_stale(session: Session, esc: Escalation, now: datetime) -> None:
    """End a rung of a round that is over: it was reopened since, and a ladder of its own begins."""
    rows = update(Rung).where(Rung.escalation_id == esc.id, Rung.ended_at.is_(None))
    session.execute(rows.values(ended_at=now, ended_why="it was reopened"))


def next_standing(roster: Roster, esc: Escalation, climb: Sequence[Rung] = ()) -> Standing | None:
    """Who is asked first, or next above a climb: on a rung that fits, here, and not asked yet."""
    if roster.matrix is None:
        return None
    thing = about(roster.session, esc)
    place, asked = max((rung.rung for rung in climb), default=-1), {rung.person_id for rung in climb}
    for number, rule in enumerate(roster.matrix.rungs):
        hours = rule.hours(thing.case)
        if number <= place or hours is None:
            continue
        for person in roster.standing_at(rule.who, thing):
            here = roster.here_or_stand_in(person, thing.case.category)
            if here is not None and here.id not in asked:
                return Standing(number, rule, here, hours)
    return None


def _added(session: Session, esc: Escalation, standing: Standing, since: datetime, matrix: Matrix) -> Rung:
    calendar = owner_calendar(session, esc)
    half, most = (add_business(calendar, since, standing.hours * each.share) for each in matrix.warnings)
    made = Rung(
        escalation_id=esc.id,
        rung=standing.place,
        name=standing.rule.name,
        person_id=standing.person.id,
        since=since,
        half_at=half,
        most_at=most,
        due_at=add_business(calendar, since, standing.hours),
        version=esc.version,
        told=0,
    )
    session.add(made)
    session.flush()
    return made


def _climb(session: Session, ctx: Context, esc: Escalation, above: Standing, now: datetime) -> None:
    """Ask the next one: they take part from now on and read why."""
    if ctx.matrix is None:
        return
    rung = climb_of(session, esc)[-1]
    rung.ended_at, rung.ended_why = now, NO_ANSWER
    session.flush()
    made = _added(session, esc, above, now, ctx.matrix)
    by = By(None, "smokewatch", Channel.SYSTEM, now, None, ctx.outgoing.domain)
    reason = f"{NO_ANSWER} on the rung {rung.name}"
    detail = {"from": name_of(session, rung.person_id), "to": above.person.email}
    written(session, by, esc, Step("ladder", rung.name, above.rule.name, reason, detail))
    add_participant(session, by, esc, above.person.id, f"asked as {above.rule.name}, as nobody answered")
    tell_rung(session, ctx, esc, climb_of(session, esc), made)


def ladder_at(session: Session, ctx: Context, now: datetime) -> Iterator[datetime]:
    """When each ladder that is known at `now` next warns or goes on, in UTC."""
    if ctx.matrix is None or ctx.silent:
        return
    for rung in session.scalars(select(Rung).where(Rung.ended_at.is_(None))):
        yield from (at for at in (rung.half_at, rung.most_at, rung.due_at) if at > now)
