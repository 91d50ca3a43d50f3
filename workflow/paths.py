"""Puts an escalation on a severity path with the duties it brings, and says which triggers of a playbook are met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.playbooks import Playbook, Playbooks, Trigger
from config.words import Channel, Level
from store.mail import Conversation
from store.record import Audit, Escalation
from store.risk import FindingRow
from store.tasks import Duty
from workflow.change import By
from workflow.context import Context
from workflow.duties import follow_path
from workflow.findings import Rise
from workflow.record import set_path
from workflow.states import ACTIVE


def take_path(session: Session, by: By, esc: Escalation, path: int, playbooks: Playbooks | None) -> list[Duty]:
    """Put the escalation on a path and begin its duties; what another path's playbook left open falls away.

    Raises:
        Refused: there is no such path, or it is on it already.

    """
    set_path(session, by, esc, path)
    return [] if playbooks is None else follow_path(session, by, esc, playbooks)


@dataclass(frozen=True)
class Met:
    """A trigger that a finding meets, and the sentence that proves it."""

    trigger: Trigger
    quote: str
    level: int

    @property
    def reason(self) -> str:
        """What the audit keeps."""
        return f'{self.trigger.title}: "{self.quote}"'


def met_triggers(session: Session, esc: Escalation, book: Playbook) -> list[Met]:
    """The triggers of a playbook that the escalation's live findings meet, each with its strongest proof."""
    rows = session.scalars(
        select(FindingRow)
        .join(Conversation, Conversation.id == FindingRow.conversation_id)
        .where(Conversation.escalation_id == esc.id, FindingRow.ended_at.is_(None))
        .order_by(FindingRow.level.desc(), FindingRow.contribution.desc(), FindingRow.id)
    ).all()
    return list(_met(book, rows))


def _met(book: Playbook, rows: Sequence[FindingRow]) -> Iterable[Met]:
    for trigger in book.triggers:
        for row in rows:
            if trigger.met_by(row.signal, row.level, row.rule_id, row.features):
                yield Met(trigger, row.quote, row.level)
                break


def named_trigger(playbooks: Playbooks | None, path: int, text: str | None) -> Trigger | None:
    """The trigger of a path's playbook that a person's reason speaks of, or None."""
    if playbooks is None or not text:
        return None
    return next((trigger for trigger in playbooks.of(path).triggers if trigger.named_in(text)), None)


@dataclass(frozen=True)
class Called:
    """What new evidence means for the path: it was raised by it, or a person might raise it."""

    met: Met
    raised: bool

    def to_json(self) -> dict[str, object]:
        """Plain JSON, for the alert."""
        return {"trigger": self.met.trigger.title, "quote": self.met.quote, "raised": self.raised}


def heed_triggers(session: Session, by: By, esc: Escalation, rises: Sequence[Rise], ctx: Context) -> Called | None:
    """Raise Sev 2 to Sev 1 where what rose is clear evidence of a trigger, or say that it might be one.

    Whom the path was taken back from by a person's word, it is not given to again without one.
    """
    wanted = ctx.policy.playbooks.raise_path
    if ctx.playbooks is None or esc.path == 1 or wanted == "never" or esc.state not in ACTIVE:
        return None
    rows = sorted((rise.row for rise in rises), key=lambda row: -row.level)
    found = sorted(_met(ctx.playbooks.sev1, rows), key=lambda met: met.trigger.raise_at - met.level)
    if not found or found[0].level < Level.RAISED:
        return None
    met = found[0]
    clear = met.level >= met.trigger.raise_at
    if not clear or wanted == "suggest" or _lowered_by_word(session, esc):
        return Called(met, raised=False)
    take_path(session, replace(by, reason=met.reason), esc, 1, None if ctx.silent else ctx.playbooks)
    return Called(met, raised=True)


def _lowered_by_word(session: Session, esc: Escalation) -> bool:
    """Whether the last word on the path was a person's, who took it back to Sev 2."""
    last = session.execute(
        select(Audit.channel, Audit.to_value)
        .where(Audit.stream == esc.number, Audit.action == "path")
        .order_by(Audit.seq.desc())
        .limit(1)
    ).first()
    return last is not None and last.channel != Channel.SYSTEM and last.to_value == "2"
