"""The written post-mortem: what closes an escalation, in versions that are added and never changed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.record import Closeout, Escalation
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.errors import Incomplete


@dataclass(frozen=True)
class Post:
    """The text of a closeout; a part not given is taken from what the record knows so far."""

    root_cause: str | None = None
    resolution: str | None = None


def latest_closeout(session: Session, esc: Escalation) -> Closeout | None:
    """The newest version, or None."""
    return session.scalar(
        select(Closeout).where(Closeout.escalation_id == esc.id).order_by(Closeout.version.desc()).limit(1)
    )


def write_closeout(session: Session, by: By, esc: Escalation, post: Post) -> Closeout:
    """Add a version.

    Raises:
        Incomplete: a required part is missing; it is named as it must be written.

    """
    parts = {"root cause:": post.root_cause or esc.root_cause, "resolution:": post.resolution or esc.resolution}
    missing = tuple(name for name, text in parts.items() if not (text or "").strip())
    if missing:
        raise Incomplete(_ask(esc, missing), missing)
    before = latest_closeout(session, esc)
    cause, resolution = (cut((text or "").strip()) for text in parts.values())
    made = Closeout(
        escalation_id=esc.id,
        version=1 if before is None else before.version + 1,
        root_cause=cause,
        resolution=resolution,
        person_id=by.person_id,
        at=by.now,
    )
    session.add(made)
    esc.root_cause, esc.resolution = cause, resolution
    written(session, by, esc, Step("closeout", None if before is None else f"v{before.version}", f"v{made.version}"))
    return made


def check_closeout(session: Session, esc: Escalation) -> None:
    """Raise Incomplete unless a complete closeout was written since the escalation was last opened."""
    made = latest_closeout(session, esc)
    if made is None or (esc.reopened_at is not None and made.at < esc.reopened_at):
        missing = ("root cause:", "resolution:")
        raise Incomplete(_ask(esc, missing), missing)


def _ask(esc: Escalation, missing: tuple[str, ...]) -> str:
    names = " and ".join(f"`{name}`" for name in missing)
    return (
        f"To close {esc.number} I still need {names}. Write three lines: `close`, `root cause: ...` and "
        "`resolution: ...`, with your words for the dots."
    )
