"""Who is responsible, accountable, consulted and informed on an escalation; exactly one is accountable."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from store.people import Person
from store.record import Escalation
from store.tasks import RaciRole
from workflow.change import By, Step, written
from workflow.comments import Said, bring_in
from workflow.errors import Refused

MEANINGS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}
"""What the letters say, in the order they are listed."""


def raci_of(session: Session, esc: Escalation) -> Sequence[Row[str, Person]]:
    """Letter and person, in the order R, A, C, I."""
    rows = session.execute(
        select(RaciRole.letter, Person)
        .join(Person, Person.id == RaciRole.person_id)
        .where(RaciRole.escalation_id == esc.id)
        .order_by(RaciRole.at, Person.id)
    ).all()
    return sorted(rows, key=lambda row: list(MEANINGS).index(row[0]))


def letters_of(session: Session, esc: Escalation, person_id: int) -> str:
    """The letters a person has, `RA`; empty for none."""
    rows = session.scalars(
        select(RaciRole.letter).where(RaciRole.escalation_id == esc.id, RaciRole.person_id == person_id)
    )
    held = set(rows)
    return "".join(letter for letter in MEANINGS if letter in held)


def set_letters(session: Session, by: By, esc: Escalation, person: Person, letters: str) -> Person | None:
    """Give a person these letters and no others, bring them in and tell them; who was accountable before, if it moves.

    Raises:
        Refused: they have just these already.

    """
    before = letters_of(session, esc, person.id)
    wanted = "".join(letter for letter in MEANINGS if letter in letters)
    if before == wanted:
        raise Refused(f"{person.name} is {say(wanted)} on {esc.number} already; nothing changed.")
    moved = _take_from_others(session, by, esc, person) if "A" in wanted else None
    session.execute(delete(RaciRole).where(RaciRole.escalation_id == esc.id, RaciRole.person_id == person.id))
    session.add_all(RaciRole(escalation_id=esc.id, person_id=person.id, letter=letter, at=by.now) for letter in wanted)
    written(session, by, esc, Step("raci", before or None, wanted or None, person.email))
    if wanted and not before:
        bring_in(session, by, esc, Said(f"@{person.handle} is {say(wanted)} here.", f"raci:{esc.version}"))
    return moved


def roles_json(session: Session, esc: Escalation) -> dict[str, str]:
    """All letters by the id of the person, for an undo."""
    held = {row[1].id for row in raci_of(session, esc)}
    return {str(person_id): letters_of(session, esc, person_id) for person_id in sorted(held)}


def put_roles_back(session: Session, by: By, esc: Escalation, before: dict[str, str], after: dict[str, str]) -> None:
    """Take back what `set_letters` made of the roles before. Raises Refused where they are not as it left them."""
    now = roles_json(session, esc)
    if now != after:
        raise Refused("Who does what was changed since, so I left everything as it is.")
    session.execute(delete(RaciRole).where(RaciRole.escalation_id == esc.id))
    for person_id, letters in before.items():
        session.add_all(
            RaciRole(escalation_id=esc.id, person_id=int(person_id), letter=letter, at=by.now) for letter in letters
        )
    for person_id in sorted({*now, *before}):
        if now.get(person_id) != before.get(person_id):
            email = session.get_one(Person, int(person_id)).email
            written(session, by, esc, Step("raci", now.get(person_id), before.get(person_id), email))


def _take_from_others(session: Session, by: By, esc: Escalation, person: Person) -> Person | None:
    other = session.scalar(
        select(Person)
        .join(RaciRole, RaciRole.person_id == Person.id)
        .where(RaciRole.escalation_id == esc.id, RaciRole.letter == "A", Person.id != person.id)
    )
    if other is not None:
        before = letters_of(session, esc, other.id)
        gone = delete(RaciRole).where(RaciRole.escalation_id == esc.id, RaciRole.person_id == other.id)
        session.execute(gone.where(RaciRole.letter == "A"))
        written(session, by, esc, Step("raci", before, before.replace("A", "") or None, other.email))
    return other


def say(letters: Iterable[str]) -> str:
    """`responsible and accountable`; `nothing` without letters."""
    said = [MEANINGS[letter] for letter in letters]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said) or "nothing"
