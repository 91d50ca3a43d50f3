"""Who takes part in an escalation, and who is meant by an `@name`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from store.people import Person
from store.record import Escalation, Participant
from workflow.change import By, Step, written
from workflow.errors import Refused

_NAME = r"[^\W\d_](?:[\w.'\u2019-]*\w)?"
# An address (`lena@vogt.example`) is no mention: the @ must not follow a letter, and no domain may follow.
_MENTION = re.compile(rf"(?<![\w.+@-])@({_NAME}(?:@[\w.-]*\w)?)((?:[ ]{_NAME}){{0,3}})")
MOST_MENTIONS = 20
"""Names looked up in one text; more are a list, not a conversation."""


def add_participant(session: Session, by: By, esc: Escalation, person_id: int, why: str) -> bool:
    """Add a person; False when they take part already.

    Raises:
        Refused: nobody of ours, or no longer active.

    """
    if session.get(Participant, (esc.id, person_id)) is not None:
        return False
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Refused("Only one of us who is still active can take part in an escalation.")
    session.add(Participant(escalation_id=esc.id, person_id=person_id, added_at=by.now, why=why))
    written(session, by, esc, Step("participant", None, person.email, why))
    return True


@dataclass(frozen=True)
class Names:
    """Whom the `@names` of a text mean, and a sentence for each that means nobody or more than one."""

    people: tuple[Person, ...]
    problems: tuple[str, ...]


def find_person(session: Session, name: str) -> Person:
    """The one active person that a handle, an address or a name means.

    Raises:
        Refused: nobody, or more than one; the sentence names the handles to choose from.

    """
    name = " ".join(name.lstrip("@").split())
    found = _candidates(session, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(f"I know nobody called @{name}. Write the handle, such as @lena.vogt, or the mail address.")
    handles = ", ".join(f"@{p.handle}" for p in found[:5])
    raise Refused(f"@{name} could be {handles}; write the one you mean.")


def find_names(session: Session, text: str) -> Names:
    """Look up every `@name` of a text, each once, in order."""
    people: dict[int, Person] = {}
    problems: dict[str, None] = {}
    for count, match in enumerate(_MENTION.finditer(text)):
        if count == MOST_MENTIONS:
            problems[f"Only the first {MOST_MENTIONS} names of the text were looked up."] = None
            break
        try:
            person = _longest(session, match[1], match[2].split())
            people[person.id] = person
        except Refused as refusal:
            problems[str(refusal)] = None
    return Names(tuple(people.values()), tuple(problems))


def _longest(session: Session, first: str, more: Sequence[str]) -> Person:
    # "@Lena Vogt please call": the longest run of words that is somebody's full name wins over the handle "lena".
    for count in range(len(more), 0, -1):
        found = _candidates(session, " ".join([first, *more[:count]]))
        if len(found) == 1:
            return found[0]
    return find_person(session, first)


def _candidates(session: Session, name: str) -> Sequence[Person]:
    """Who is meant, by the first of these that fits anybody: handle or address; full name; first name or local part."""
    low = name.lower().replace("\u2019", "'")
    ways = (
        or_(Person.handle == low, Person.email == low),
        func.lower(Person.name) == low,
        or_(func.split_part(func.lower(Person.name), " ", 1) == low, func.split_part(Person.email, "@", 1) == low),
    )
    for way in ways:
        found = session.scalars(select(Person).where(way, Person.active).order_by(Person.handle).limit(6)).all()
        if found:
            return found
    return []
