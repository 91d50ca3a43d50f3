"""Locks a closed record, so that its closeout, sign-off and action items stay as they are until an admin unlocks it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from config.words import Role, State
from store.people import Person
from store.record import Escalation
from workflow.change import By, Step, name_of, written
from workflow.errors import Locked, Refused
from workflow.states import say_state


def check_unlocked(session: Session, esc: Escalation) -> None:
    """Raise Locked where the closeout of an escalation is locked; every writer of what a lock covers asks here."""
    if esc.locked_at is None:
        return
    who = None if esc.locked_by is None else session.get(Person, esc.locked_by)
    by = f" by {who.name}" if who is not None else ""
    raise Locked(
        f"The closeout of {esc.number} is locked ({esc.locked_at:%d %b %Y}{by}): it, its sign-off and its action items "
        "stay as they are. An admin can open it with `unlock: why`."
    )


def lock_closeout(session: Session, by: By, esc: Escalation) -> None:
    """Lock the closeout of a closed escalation.

    Raises:
        Refused: the person is no admin, the escalation is not closed, or it is locked already.

    """
    _only_an_admin(session, by, "lock")
    if esc.locked_at is not None:
        raise Refused(f"The closeout of {esc.number} is locked already; nothing changed.")
    if esc.state != State.CLOSED:
        raise Refused(f"{esc.number} is {say_state(esc.state)}; only the closeout of a closed one can be locked.")
    esc.locked_at, esc.locked_by = by.now, by.person_id
    written(session, by, esc, Step("locked"))


def unlock_closeout(session: Session, by: By, esc: Escalation, why: str) -> None:
    """Unlock it again; the audit keeps why.

    Raises:
        Refused: the person is no admin, there is no reason, or it is not locked.

    """
    _only_an_admin(session, by, "unlock")
    if not why.strip():
        raise Refused(f"Unlocking {esc.number} needs a reason in writing: `unlock: why`.")
    if esc.locked_at is None:
        raise Refused(f"The closeout of {esc.number} is not locked; nothing changed.")
    before = name_of(session, esc.locked_by)
    esc.locked_at = esc.locked_by = None
    written(session, replace(by, reason=why.strip()), esc, Step("unlocked", before))


def _only_an_admin(session: Session, by: By, what: str) -> None:
    """Whoever keeps the machine acts as no person (smokewatch.cli.session.by_admin) and may do what an admin may."""
    person = None if by.person_id is None else session.get(Person, by.person_id)
    if person is not None and (person.role != Role.ADMIN or not person.active):
        raise Refused(f"Only an admin may {what} a closeout; you are {person.role}. Please ask one.")
