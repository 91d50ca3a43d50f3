"""Who is away until when: whoever stands in joins what the absent own and is told; at the return they leave again."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.matrix import Matrix
from config.words import Channel, NoticeKind
from store.audit import SYSTEM
from store.notices import NoticeDraft, post_notice
from store.people import Account, Person
from store.record import Escalation, Participant
from store.roster import Absence, absence_of, away_at
from store.setbacks import one_by_one
from workflow.change import By, Step, append, written
from workflow.context import Context
from workflow.dates import say_time
from workflow.errors import Refused
from workflow.participants import add_participant
from workflow.roster import Roster
from workflow.states import ACTIVE

STANDS_IN = "stands in for"
"""How the reason of a participant begins who is there for somebody away; such a one leaves at the return."""
MOST_LISTED = 30
"""Escalations named in the mail to who stands in."""


def set_away(session: Session, by: By, absence: Absence, matrix: Matrix | None, *, silent: bool = False) -> str:
    """Write an absence down, in place of one that runs, and let somebody stand in; what came of it, in a sentence.

    Ownership stays where it is: the absent own what is theirs at their return, and until then it is looked after.

    Raises:
        Refused: it ends before it begins, or in the past.

    """
    person = session.get_one(Person, absence.person_id)
    if absence.until is not None and absence.until <= max(by.now, absence.since):
        raise Refused("An absence ends in the future; write it as in `away until Friday`.")
    running = absence_of(session, person.id, by.now)
    session.add(absence)
    if running is not None:
        running.ended_at = by.now
    until = "until they are back" if absence.until is None else say_time(absence.until, person.zone)
    step = Step("away", None, person.email, f"until {until}" if absence.until else until, {"set_by": absence.set_by})
    append(session, by, SYSTEM, step)
    session.flush()
    stand_in = Roster(session, matrix, by.now).stand_in(person)
    if stand_in is None or silent:
        return "" if stand_in else "Nobody stands in: the matrix names no backup, and no manager above is there."
    looked_after = [esc for esc in _owned(session, person) if _cover(session, by, esc, person, stand_in)]
    if looked_after:
        _tell(session, by, (person, stand_in), looked_after, absence)
    return f"{stand_in.name} stands in{_for(looked_after)}."


def _for(escalations: Sequence[Escalation]) -> str:
    if not escalations:
        return ""
    return f" for {len(escalations)} open escalation{'' if len(escalations) == 1 else 's'} and has been told"


def _owned(session: Session, person: Person) -> list[Escalation]:
    rows = select(Escalation).where(
        Escalation.owner_id == person.id, Escalation.state.in_(ACTIVE), Escalation.merged_into.is_(None)
    )
    return list(session.scalars(rows.order_by(Escalation.id).with_for_update()))


def _cover(session: Session, by: By, esc: Escalation, person: Person, stand_in: Person) -> bool:
    return add_participant(session, by, esc, stand_in.id, f"{STANDS_IN} {person.name}")


def _tell(
    session: Session, by: By, people: tuple[Person, Person], escs: Sequence[Escalation], absence: Absence
) -> None:
    """One mail with all of them: they are one change for who stands in."""
    person, stand_in = people
    if stand_in.id == by.person_id:
        return
    draft = NoticeDraft(
        kind=NoticeKind.STAND_IN,
        person_id=stand_in.id,
        event=f"absence:{absence.id}:{escs[0].id}",
        why=f"you stand in for {person.name}",
        at=by.now,
        escalation_id=escs[0].id if len(escs) == 1 else None,
        facts={
            "who": person.name,
            "until": None if absence.until is None else absence.until.isoformat(),
            "escalations": [_line(session, esc) for esc in escs[:MOST_LISTED]],
            "more": max(0, len(escs) - MOST_LISTED),
        },
    )
    post_notice(session, draft, mail_domain=by.mail_domain)


def _line(session: Session, esc: Escalation) -> dict[str, str | None]:
    account = None if esc.account_id is None else session.get(Account, esc.account_id)
    return {
        "number": esc.number,
        "about": esc.title if account is None else account.name,
        "standing": f"{esc.state.replace('_', ' ')}, risk {esc.risk}",
        "next": esc.next_step,
    }


def cover_new_owner(session: Session, by: By, esc: Escalation, person: Person, matrix: Matrix | None) -> str:
    """Let somebody stand in on an escalation that was just given to a person who is away; says so, or nothing."""
    absence = absence_of(session, person.id, by.now)
    if absence is None:
        return ""
    until = "" if absence.until is None else f" until {say_time(absence.until, person.zone)}"
    stand_in = Roster(session, matrix, by.now).stand_in(person, esc.category)
    if stand_in is None:
        return f" They are away{until}, and nobody stands in."
    if _cover(session, by, esc, person, stand_in):
        _tell(session, by, (person, stand_in), [esc], absence)
    return f" They are away{until}; {stand_in.name} stands in."


def set_back(session: Session, by: By, person: Person) -> int:
    """End a person's absences; how many ran or were to come.

    Raises:
        Refused: the person is not away.

    """
    rows = select(Absence).where(Absence.person_id == person.id, Absence.ended_at.is_(None)).with_for_update()
    found = session.scalars(rows.order_by(Absence.id)).all()
    if not found:
        raise Refused(f"Nothing says that {person.name} is away.")
    for absence in found:
        _end(session, by, absence, person)
    return len(found)


def _end(session: Session, by: By, absence: Absence, person: Person) -> None:
    absence.ended_at = by.now
    append(session, by, SYSTEM, Step("back", person.email, None, detail={"absence": absence.id}))
    session.flush()
    if absence_of(session, person.id, by.now) is None:
        _let_go(session, by, person)


def _let_go(session: Session, by: By, person: Person) -> None:
    """Whoever stood in leaves what they do not own meanwhile."""
    rows = (
        select(Participant, Escalation, Person.email)
        .join(Escalation, Escalation.id == Participant.escalation_id)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.why == f"{STANDS_IN} {person.name}", Escalation.owner_id == person.id)
        .order_by(Escalation.id, Participant.person_id)
        .with_for_update(of=Escalation)
    )
    for place, esc, email in session.execute(rows).all():
        gone = delete(Participant).where(
            Participant.escalation_id == place.escalation_id, Participant.person_id == place.person_id
        )
        session.execute(gone)
        written(session, by, esc, Step("participant left", email, None, f"{person.name} is back"))


def end_absences(session: Session, ctx: Context, now: datetime) -> None:
    """End what was to end by now; the absent are back."""
    rows = select(Absence, Person).join(Person, Person.id == Absence.person_id)
    over = rows.where(Absence.ended_at.is_(None), Absence.until <= now).order_by(Absence.id)
    by = By(None, "smokewatch", Channel.SYSTEM, now, None, ctx.outgoing.domain)
    found = session.execute(over).all()
    one_by_one(session, "absence", [(row[0].id, row) for row in found], lambda row: _end(session, by, *row), now)


def absences_end_at(session: Session, _ctx: Context, _now: datetime) -> Iterator[datetime]:
    """When each absence that is known ends, in UTC."""
    rows = select(Absence.until).where(Absence.ended_at.is_(None), Absence.until.is_not(None))
    yield from (until for until in session.scalars(rows) if until is not None)


def who_is_away(session: Session, now: datetime) -> list[tuple[Person, Absence]]:
    """Everybody who is away now, who is back first standing first."""
    rows = select(Person, Absence).join(Absence, Absence.person_id == Person.id).where(away_at(now))
    return [(person, absence) for person, absence in session.execute(rows.order_by(Absence.until, Person.name))]
