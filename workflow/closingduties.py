"""What the playbook asks for before an escalation is closed: done by what the record shows, named, or in the way."""

from datetime import datetime

from sqlalchemy.orm import Session

from config.playbooks import Playbooks
from config.recordwords import DutyState
from store.record import Escalation
from store.tasks import Duty
from workflow.change import By
from workflow.context import Context
from workflow.duties import Word, duties_of, settle_duty
from workflow.errors import Refused
from workflow.shown import shown


def closing_duties(session: Session, esc: Escalation) -> list[Duty]:
    """The open duties of the close, in order of their number."""
    return [row for row in duties_of(session, esc) if row.state == DutyState.OPEN and row.due_at is None]


def still_asked(session: Session, esc: Escalation, ctx: Context, now: datetime) -> list[Duty]:
    """The open duties of the close that the record does not show as done."""
    books, rows = ctx.playbooks, closing_duties(session, esc)
    return [row for row in rows if books is None or shown(session, esc, row, books, now) is None]


def settle_for_close(session: Session, by: By, esc: Escalation, ctx: Context) -> list[Duty]:
    """Let the record do what it shows of the closing duties; which are left.

    Raises:
        Refused: some are left and the policy lets nobody close before they are done.

    """
    if ctx.playbooks is None:
        return []
    left = [row for row in closing_duties(session, esc) if not settle_shown(session, by, esc, row, ctx.playbooks)]
    if left and ctx.policy.playbooks.open_duties_block_close:
        raise Refused(
            f"{esc.number} cannot be closed while the playbook asks for: {say(left)}. Write `did {left[0].n}: how`, or "
            f"`skip {left[0].n}: why`, first."
        )
    return left


def say(rows: list[Duty]) -> str:
    """`13 Get the customer's sign-off; 15 Decide which process changes`."""
    return "; ".join(f"{row.n} {row.text}" for row in rows)


def settle_shown(session: Session, by: By, esc: Escalation, row: Duty, playbooks: Playbooks) -> bool:
    """Call a duty done where the record shows it; whether it does."""
    how = shown(session, esc, row, playbooks, by.now)
    if how is not None:
        settle_duty(session, by, row, Word(DutyState.DONE, f"the record shows it: {how}"), playbooks)
    return how is not None
