"""Keeps commands that wait for a one-time confirm, and hands them out once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from store.record import Escalation, PendingCommand
from workflow.change import By, Step, append
from workflow.closingfields import given_in
from workflow.commands import Command
from workflow.errors import Refused
from workflow.transcript import Request, Transcript
from workflow.trust import Trust

_TEXT_SHOWN = 500
"""Characters of a closeout's text that the confirm repeats."""


def put_by(  # noqa: PLR0913, PLR0917 - one block, on one escalation
    session: Session, by: By, esc: Escalation, commands: Sequence[Command], told: Transcript, request: Request
) -> Transcript:
    """Keep the commands until they are confirmed; the transcript then says what is to be read before saying yes."""
    expires = by.now + timedelta(hours=request.policy.confirm_hours)
    pending = PendingCommand(
        escalation_id=esc.id,
        person_id=by.person_id,
        commands={"commands": [command.to_json() for command in commands], "message": _with_files(request)},
        made_at=by.now,
        expires_at=expires,
    )
    session.add(pending)
    session.flush()
    lines = tuple(line for command in commands for line in _to_confirm(command))
    step = Step("waits for a confirm", None, "; ".join(lines), detail={"pending": pending.id})
    append(session, by, esc.number, step)
    return replace(told, pending_id=pending.id, pending_lines=lines, expires_at=expires)


def claim_pending(session: Session, by: By, pending_id: int) -> tuple[int, tuple[Command, ...]]:
    """The escalation and the commands that a confirm was given for; they are used up with this.

    Raises:
        workflow.errors.Refused: used, expired, or somebody else's.

    """
    pending = session.get(PendingCommand, pending_id, with_for_update=True, populate_existing=True)
    if pending is None or pending.person_id != by.person_id:
        raise Refused("There is nothing of yours here that waits for a confirm.")
    if pending.used_at is not None:
        raise Refused("These commands were confirmed already; they run only once.")
    if pending.expires_at <= by.now:
        raise Refused("The time to confirm these commands is over; please send them again.")
    pending.used_at = by.now
    return pending.escalation_id, tuple(Command.from_json(each) for each in pending.commands["commands"])


def _with_files(request: Request) -> int | None:
    """The mail whose files wait too: where nothing of it was done at once, as its comment waits."""
    return request.source_message_id if request.allowed < Trust.ALIGNED else None


def _to_confirm(command: Command) -> list[str]:
    """What a person reads before saying yes: the line as written, and for a `close` the texts it will keep."""
    texts = given_in(command).items()
    return [command.line, *(f"{part.replace('_', ' ')}: {text[:_TEXT_SHOWN]}" for part, text in texts)]
