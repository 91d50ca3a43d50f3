"""`undo`: takes back the writer's own last command on this escalation."""

from datetime import timedelta

from sqlalchemy import select

from store.record import UndoEntry
from workflow.errors import Refused
from workflow.restore import restore
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, bare


def _last(work: Work) -> UndoEntry:
    hours = work.policy.undo_hours
    entry = work.session.scalar(
        select(UndoEntry)
        .where(
            UndoEntry.escalation_id == work.escalation.id,
            UndoEntry.person_id == work.by.person_id,
            UndoEntry.used_at.is_(None),
            UndoEntry.at >= work.by.now - timedelta(hours=hours),
        )
        .order_by(UndoEntry.id.desc())
        .limit(1)
    )
    if entry is None:
        raise Refused(f"You gave no command on {work.number} in the last {hours} hours that I could take back.")
    return entry


def _trust_for(work: Work) -> Trust:
    # To undo a reopening is to resolve or close again.
    return Trust.CONFIRMED if _last(work).verb == "reopen" else Trust.ALIGNED


def _run(work: Work) -> Outcome:
    entry = _last(work)
    verb = work.verbs[entry.verb]
    restore(work.session, work.by, work.escalation, entry)
    more = entry.before.get("more")
    if verb.undo is not None and more is not None:
        verb.undo(work, more)
    entry.used_at = work.by.now
    return Outcome(f"Taken back: `{entry.verb}` of {work.says(entry.at)}.")


VERB = Verb(
    name="undo",
    aliases=("take back", "revert"),
    usage="undo",
    meaning="take back your last command",
    parse=bare,
    run=_run,
    trust_for=_trust_for,
    can_undo=False,
)
