"""Changes the record: every change of an escalation, by whatever road, goes through a function here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import NoticeKind, Priority, Risk, State
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Closeout, Escalation
from workflow.change import By, Step, name_of, written
from workflow.closeout import Post, check_closeout, write_closeout
from workflow.comments import CommentAdded, add_comment
from workflow.errors import NotFound, Refused
from workflow.handovers import look_again
from workflow.locks import check_unlocked
from workflow.opening import Opening, open_escalation
from workflow.participants import add_participant
from workflow.states import check_move, is_reopening

__all__ = [
    "By",
    "CommentAdded",
    "Opening",
    "Post",
    "add_comment",
    "add_participant",
    "close",
    "lock",
    "move_state",
    "open_escalation",
    "set_next_step",
    "set_owner",
    "set_path",
    "set_priority",
    "set_risk",
    "set_summary",
    "set_swarming",
    "set_waiting_on",
    "tell_owner",
]


def lock(session: Session, escalation_id: int) -> Escalation:
    """The escalation, locked until the transaction ends and read fresh.

    Raises:
        NotFound: there is none of this number.
        Refused: it was merged into another.

    """
    esc = session.scalar(
        select(Escalation)
        .where(Escalation.id == escalation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if esc is None:
        raise NotFound(f"There is no escalation ESC-{escalation_id} that you may see.")
    if esc.merged_into is not None:
        raise Refused(f"{esc.number} was merged into ESC-{esc.merged_into}; write about that one.")
    return esc


def move_state(session: Session, by: By, esc: Escalation, to: State) -> None:
    """Move an escalation on; or back to open or in progress with `by.reason`; closing takes a closeout (see `close`).

    Raises:
        Locked: its closeout is locked; reopening begins a new one, so unlocking comes first.
        Refused: the state machine does not allow it.

    """
    before = State(esc.state)
    check_unlocked(session, esc)
    check_move(esc.number, before, to, by.reason)
    if to == State.CLOSED:
        check_closeout(session, esc)
    esc.state = to
    again = is_reopening(before, to)
    _stamp(esc, to, by.now, again=again)
    written(session, by, esc, Step("reopened" if again else "state", before, to))


def _stamp(esc: Escalation, to: State, now: datetime, *, again: bool) -> None:
    """Keep the times of the states in step; reopening begins a new round with a closeout of its own."""
    if again:
        if esc.closed_at is not None:
            # Its closeout has them; the next one tells of another round.
            esc.customer_impact = esc.internal_impact = esc.lessons = None
        esc.reopened_at = now
        esc.resolved_at = esc.closed_at = esc.root_cause = esc.resolution = None
    esc.acknowledged_at = None if to == State.OPEN else esc.acknowledged_at or now
    if to == State.RESOLVED:
        esc.resolved_at = now
    if to == State.CLOSED:
        esc.closed_at = now


def close(session: Session, by: By, esc: Escalation, post: Post) -> Closeout:
    """Write the closeout and close; an escalation still worked on is resolved on the way.

    Raises:
        Locked: its closeout is locked.
        Incomplete: a required part of the closeout is missing; it is named as it must be written.
        Refused: it is closed already.

    """
    check_unlocked(session, esc)
    if esc.state == State.CLOSED:
        check_move(esc.number, State.CLOSED, State.CLOSED, None)
    made = write_closeout(session, by, esc, post)
    if esc.state != State.RESOLVED:
        move_state(session, by, esc, State.RESOLVED)
    move_state(session, by, esc, State.CLOSED)
    return made


def set_owner(session: Session, by: By, esc: Escalation, person_id: int, *, because: str | None = None) -> None:
    """Make a person the one owner, a participant too, and tell them, with `because` - unless they did it themselves.

    Raises:
        Refused: nobody of ours, no longer active, or the owner already.

    """
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Refused("Only one of us who is still active can own an escalation.")
    if esc.owner_id == person_id:
        raise Refused(f"{person.name} owns {esc.number} already; nothing changed.")
    before = name_of(session, esc.owner_id)
    esc.owner_id = person_id
    written(session, by, esc, Step("owner", before, person.email))
    look_again(session, esc, by.now)
    add_participant(session, by, esc, person_id, "owner")
    if by.person_id != person_id:
        tell_owner(session, by, esc, person_id, before, because)


def tell_owner(  # noqa: PLR0913, PLR0917 - who, what and both sentences
    session: Session, by: By, esc: Escalation, person_id: int, before: str | None, because: str | None = None
) -> None:
    """Post the notice that tells a person of being the owner now, and `because`; once per version of the record."""
    draft = NoticeDraft(
        kind=NoticeKind.OWNER_CHANGED,
        person_id=person_id,
        event=f"owner:{esc.version}",
        why="you are its owner now",
        at=by.now,
        escalation_id=esc.id,
        facts={"from": before, "to": name_of(session, person_id), "by": by.actor, "because": because},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)


def set_priority(session: Session, by: By, esc: Escalation, priority: Priority) -> None:
    """Change the priority. Raises Refused when it is that already."""
    _set(session, by, esc, "priority", priority.value)


def set_path(session: Session, by: By, esc: Escalation, path: int) -> None:
    """Put the escalation on path Sev 1 or Sev 2. Raises Refused for another number or the same path."""
    if path not in (1, 2):
        raise Refused(f"There is no path Sev {path}; write `sev 1` or `sev 2`.")
    _set(session, by, esc, "path", path)


def set_risk(session: Session, by: By, esc: Escalation, risk: Risk) -> None:
    """Write down the risk that was computed. Raises Refused when it is that already."""
    _set(session, by, esc, "risk", risk.value)


def set_swarming(session: Session, by: By, esc: Escalation, *, planned: bool) -> None:
    """Say whether several teams work on it by plan. Raises Refused when that is known already."""
    if esc.swarming == planned:
        raise Refused(f"That is known of {esc.number} already; nothing changed.")
    esc.swarming = planned
    written(session, by, esc, Step("swarming", str(not planned).lower(), str(planned).lower()))


def set_waiting_on(session: Session, by: By, esc: Escalation, team: str | None) -> None:
    """Say which team the escalation waits on, None for nobody. Raises Refused when it is that already."""
    _set(session, by, esc, "waiting_on", team)
    look_again(session, esc, by.now)


def set_next_step(session: Session, by: By, esc: Escalation, text: str | None, due: datetime | None) -> None:
    """Say what is done next and by when. Raises Refused when both are that already."""
    if (esc.next_step, esc.next_step_due) == (text, due):
        raise Refused(f"That is the next step of {esc.number} already; nothing changed.")
    before, esc.next_step, esc.next_step_due = esc.next_step, text, due
    detail = {} if due is None else {"due": due.isoformat()}
    written(session, by, esc, Step("next_step", before, text, detail=detail))


def set_summary(session: Session, by: By, esc: Escalation, field: str, text: str) -> None:
    """Keep a draft of a part of the closeout (see `closeout.PARTS`). Raises Locked; Refused when it is that already."""
    check_unlocked(session, esc)
    _set(session, by, esc, field, text)


def _set(session: Session, by: By, esc: Escalation, field: str, value: str | int | None) -> None:
    before = getattr(esc, field)
    if before == value:
        shown = value if value is not None else "nobody"
        raise Refused(f"The {field.replace('_', ' ')} of {esc.number} is {shown} already; nothing changed.")
    setattr(esc, field, value)
    was, to = (None if each is None else str(each) for each in (before, value))
    written(session, by, esc, Step(field, was, to))
