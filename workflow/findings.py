"""Keeps the findings of a conversation as history: a change of level ends a row and adds one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Level, Signal
from signals.facts import Finding
from store.bulk import one_of
from store.risk import FindingRow


@dataclass(frozen=True)
class Rise:
    """A finding that newly stands at a higher level than before."""

    finding: Finding
    row: FindingRow

    @property
    def finding_id(self) -> int:
        """The stored row's id."""
        return self.row.id

    @property
    def from_level(self) -> Level:
        """Where the signal stood before."""
        return Level(self.row.from_level)


_LIVE = select(FindingRow).where(one_of(FindingRow.conversation_id, "ids"), FindingRow.ended_at.is_(None))


def live_findings(session: Session, conversations: Sequence[int]) -> dict[int, dict[Signal, FindingRow]]:
    """The rows that stand now, by conversation and signal."""
    found: dict[int, dict[Signal, FindingRow]] = {c: {} for c in conversations}
    for row in session.scalars(_LIVE, {"ids": list(conversations)}):
        found[row.conversation_id][Signal(row.signal)] = row
    return found


def keep_findings(
    session: Session, conversation_id: int, live: dict[Signal, FindingRow], findings: Sequence[Finding], now: datetime
) -> list[Rise]:
    """Add what the rules said to the session; returns what rose. Ids are there after the caller's flush."""
    current = {f.signal: f for f in findings if f.level > Level.CLEAR}
    for signal, row in live.items():
        if signal not in current or not _same(current[signal], row):
            row.ended_at = now
    risen = []
    for signal, finding in current.items():
        stood = live.get(signal)
        if stood is not None and _same(finding, stood):
            stood.strength = finding.strength
            stood.contribution = finding.contribution
            stood.last_evidence_at = finding.last_evidence_at
            continue
        made = _row(conversation_id, finding, Level(stood.level) if stood else Level.CLEAR)
        session.add(made)
        if stood is None or finding.level > stood.level:
            risen.append(Rise(finding, made))
    return risen


def _same(finding: Finding, row: FindingRow) -> bool:
    """Whether the row says it already; another level or another proof is history of its own."""
    return (finding.level, finding.message_id, finding.start) == (row.level, row.message_id, row.start)


def _row(conversation_id: int, finding: Finding, from_level: Level) -> FindingRow:
    return FindingRow(
        conversation_id=conversation_id,
        signal=finding.signal.value,
        level=int(finding.level),
        from_level=int(from_level),
        strength=finding.strength,
        contribution=finding.contribution,
        rule_id=finding.rule_id,
        lexicon_version=finding.lexicon_version,
        message_id=finding.message_id,
        start=finding.start,
        end=finding.end,
        quote=finding.quote,
        features=dict(finding.features),
        clears_when=finding.clears_when,
        text_only=finding.text_only,
        found_at=finding.found_at,
        last_evidence_at=finding.last_evidence_at,
    )
