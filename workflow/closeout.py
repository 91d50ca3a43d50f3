"""The written post-mortem: what closes an escalation, in versions that are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.record import Closeout, Escalation, SignOff
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.errors import Incomplete
from workflow.locks import check_unlocked

REQUIRED = ("root_cause", "resolution")
OPTIONAL = ("customer_impact", "internal_impact", "lessons")
PARTS = (*REQUIRED, *OPTIONAL)
"""The fields of a closeout, in the order in which they are written and shown; drafts have the same names."""


@dataclass(frozen=True)
class Post:
    """The text of a closeout; a part not given is taken from the draft on the record."""

    root_cause: str | None = None
    resolution: str | None = None
    customer_impact: str | None = None
    internal_impact: str | None = None
    lessons: str | None = None


def latest_closeout(session: Session, esc: Escalation) -> Closeout | None:
    """The newest version, or None."""
    return session.scalar(
        select(Closeout).where(Closeout.escalation_id == esc.id).order_by(Closeout.version.desc()).limit(1)
    )


def closeouts_of(session: Session, escalation_id: int) -> Sequence[Closeout]:
    """All versions in order, those of escalations that were merged into this one after its own."""
    merged = select(Escalation.id).where(Escalation.merged_into == escalation_id)
    own = or_(Closeout.escalation_id == escalation_id, Closeout.escalation_id.in_(merged))
    order = (Closeout.escalation_id != escalation_id, Closeout.escalation_id, Closeout.version)
    return session.scalars(select(Closeout).where(own).order_by(*order)).all()


def said_in(esc: Escalation, post: Post) -> dict[str, str]:
    """Every part as it would be written now: what is given, else the draft; empty where there is neither."""
    return {part: cut((getattr(post, part) or getattr(esc, part) or "").strip()) for part in PARTS}


def missing_in(esc: Escalation, post: Post) -> tuple[str, ...]:
    """The required parts that neither the text nor the record has, as they must be written (`root cause:`)."""
    said = said_in(esc, post)
    return tuple(spelled(part) for part in REQUIRED if not said[part])


def spelled(part: str) -> str:
    """`root cause:` for the field `root_cause`."""
    return f"{part.replace('_', ' ')}:"


def write_closeout(session: Session, by: By, esc: Escalation, post: Post) -> Closeout:
    """Add a version; what the customer signed since it was opened last belongs to it.

    Raises:
        Locked: the closeout is locked.
        Incomplete: a required part is missing; it is named as it must be written.

    """
    check_unlocked(session, esc)
    missing = missing_in(esc, post)
    if missing:
        raise Incomplete(_ask(esc, missing), missing)
    before = latest_closeout(session, esc)
    said = said_in(esc, post)
    made = Closeout(
        escalation_id=esc.id,
        version=1 if before is None else before.version + 1,
        person_id=by.person_id,
        at=by.now,
        **said,
    )
    session.add(made)
    for part, text in said.items():
        setattr(esc, part, text or None)
    written(session, by, esc, Step("closeout", None if before is None else f"v{before.version}", f"v{made.version}"))
    loose = update(SignOff).where(SignOff.escalation_id == esc.id, SignOff.closeout_id.is_(None))
    session.execute(loose.values(closeout_id=made.id))
    return made


def check_closeout(session: Session, esc: Escalation) -> None:
    """Raise Incomplete unless a complete closeout was written since the escalation was last opened."""
    made = latest_closeout(session, esc)
    if made is None or (esc.reopened_at is not None and made.at < esc.reopened_at):
        missing = tuple(spelled(part) for part in REQUIRED)
        raise Incomplete(_ask(esc, missing), missing)


def _ask(esc: Escalation, missing: tuple[str, ...]) -> str:
    names = " and ".join(f"`{name}`" for name in missing)
    return (
        f"To close {esc.number} I still need {names}. Write `close` and below it "
        f"{' and '.join(f'`{name} ...`' for name in missing)}, with your words for the dots."
    )
