"""Keeps a person's verdict on the live findings of an escalation, or on one of them, for `useful` and `noise`."""

from typing import Any

from sqlalchemy import delete, select

from config.words import SIGNAL_NAMES
from store.mail import Conversation
from store.risk import Feedback, FindingRow
from workflow.change import Step, written
from workflow.errors import Refused
from workflow.verbs.base import Work

_BY_NAME = {name.lower(): signal for signal, name in SIGNAL_NAMES.items()}
_BY_NAME |= {spelt: str(signal) for signal in SIGNAL_NAMES for spelt in (str(signal), str(signal).replace("_", " "))}


def signal_named(words: str) -> str | None:
    """The signal that people call so, by its heading in the alert or by its own name."""
    return _BY_NAME.get(" ".join(words.lower().split()))


def judge(work: Work, *, useful: bool, why: str) -> dict[str, Any]:
    """One row per live finding (of the signal named), or one for the escalation where none lives.

    Returns the ids, to take them back.
    """
    session, esc, signal = work.session, work.escalation, work.args.get("signal")
    live = _live(work)
    if signal and signal not in live.values():
        standing = ", ".join(sorted({f"`{SIGNAL_NAMES[each].lower()}`" for each in live.values()})) or "none"
        raise Refused(
            f"Nothing called {SIGNAL_NAMES[signal].lower()} stands on {work.number}; what stands: {standing}."
        )
    chosen: list[int | None] = [finding for finding, each in live.items() if signal in {None, each}]
    rows = [
        Feedback(
            escalation_id=esc.id, finding_id=finding, person_id=work.person.id, at=work.by.now, useful=useful, why=why
        )
        for finding in (chosen or [None])
    ]
    session.add_all(rows)
    about = f" ({SIGNAL_NAMES[signal].lower()})" if signal else ""
    written(session, work.by, esc, Step("feedback", None, ("useful" if useful else "noise") + about, why or None))
    return {"feedback": [row.id for row in rows]}


def _live(work: Work) -> dict[int, str]:
    """The signal of each live finding."""
    rows = (
        select(FindingRow.id, FindingRow.signal)
        .join(Conversation, Conversation.id == FindingRow.conversation_id)
        .where(Conversation.escalation_id == work.escalation.id, FindingRow.ended_at.is_(None))
        .order_by(FindingRow.id)
    )
    return dict(work.session.execute(rows).all())


def take_back(work: Work, before: dict[str, Any]) -> None:
    """Withdraw the verdict."""
    work.session.execute(delete(Feedback).where(Feedback.id.in_(before["feedback"])))
    written(work.session, work.by, work.escalation, Step("feedback withdrawn"))
