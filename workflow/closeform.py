"""The form of a closeout: what the record knows already, and the parts that a person still has to write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import TaskState
from config.words import SIGNAL_NAMES, PromiseState, State
from store.mail import Conversation
from store.people import Person
from store.record import Audit, Escalation, Participant
from store.risk import FindingRow
from store.tasks import ActionItem
from store.views import promise_rows
from workflow.closeout import PARTS, REQUIRED, latest_closeout, spelled
from workflow.closingduties import still_asked
from workflow.signoff import settled_word, sign_offs_of
from workflow.verbs.base import Work

MOST_LINES = 8
"""Lines of one heading; the whole story is one command away."""

LONGEST_DRAFT = 300
"""Characters of a draft that is put into the form; a longer one stays on the record and need not be sent again."""

_STEPS = ("opened", "state", "reopened", "owner", "path", "priority")
_OUTCOMES = {
    PromiseState.KEPT: "kept", PromiseState.MISSED: "missed", PromiseState.MOVED: "moved",
    PromiseState.WITHDRAWN: "withdrawn",
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """One part of what is known, with its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """`text` is the form to fill in, `short` the same without what is on the record, for a link that must be short."""

    missing: tuple[str, ...]
    known: tuple[Heading, ...]
    text: str
    short: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for a notice."""
        known = [{"title": heading.title, "lines": list(heading.lines)} for heading in self.known]
        return {"missing": list(self.missing), "known": known, "text": self.text, "short": self.short}


def form_of(work: Work) -> Form:
    """The form for an escalation as it stands, in the words of the person who asked."""
    esc, prompts = work.escalation, work.context.closeouts.of(work.escalation.type)
    asked = {part: getattr(prompts, part) for part in PARTS}
    drafts = {part: (getattr(esc, part) or "").strip() for part in PARTS}
    missing = tuple(spelled(part) for part in REQUIRED if not drafts[part])
    return Form(missing, known(work), _form(asked, drafts), _form({p: asked[p] for p in PARTS if not drafts[p]}, {}))


def _asked(work: Work) -> tuple[str, ...]:
    rows = still_asked(work.session, work.escalation, work.context, work.by.now)
    return tuple(f"{row.n}. {row.text}" for row in rows)


def known(work: Work) -> tuple[Heading, ...]:
    """What the record knows of how it went; headings without lines are left out."""
    session, esc = work.session, work.escalation
    headings = (
        Heading("How long", _duration(esc, work.by.now)),
        Heading("Who", _who(session, esc)),
        Heading("What happened", _steps(session, esc, work.says)),
        Heading("What we promised", _promises(session, esc, work.says)),
        Heading("What was wrong in the customer's eyes", _signals(session, esc, work.says)),
        Heading("Action items", _actions(session, esc)),
        Heading("Still asked for by the playbook", _asked(work)),
        Heading("The customer's word", _word(session, esc, work.says)),
        Heading("The closeout before", _before(session, esc)),
    )
    return tuple(heading for heading in headings if heading.lines)


def _form(asked: dict[str, str], drafts: dict[str, str]) -> str:
    lines = ["close", ""]
    for part, prompt in asked.items():
        draft = drafts.get(part, "")
        lines.append(spelled(part))
        if draft and len(draft) <= LONGEST_DRAFT and "\n" not in draft:
            lines[-1] += f" {draft}"
        else:
            lines.append("[Write anew what is on the record already?]" if draft else f"[{prompt}]")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _duration(esc: Escalation, now: datetime) -> tuple[str, ...]:
    end, what = (esc.resolved_at, "until it was resolved") if esc.resolved_at else (now, "and not resolved yet")
    hours = int((end - esc.opened_at).total_seconds() // 3600)
    days, rest = divmod(hours, 24)
    spans = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((days, "day"), (rest, "hour")) if n]
    return (f"{' and '.join(spans) or 'less than an hour'} {what}",)


def _who(session: Session, esc: Escalation) -> tuple[str, ...]:
    names = session.execute(
        select(Person.id, Person.name)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.escalation_id == esc.id)
        .order_by(Participant.added_at, Person.id)
    ).all()
    listed = [f"{name} (owner)" if person == esc.owner_id else name for person, name in names]
    return (", ".join(listed),) if listed else ()


def _steps(session: Session, esc: Escalation, says: Callable[[datetime], str]) -> tuple[str, ...]:
    rows = session.execute(
        select(Audit.at, Audit.action, Audit.to_value, Audit.reason, Person.name)
        .outerjoin(Person, Person.email == Audit.to_value)
        .where(Audit.stream == esc.number, Audit.action.in_(_STEPS))
        .order_by(Audit.seq)
    ).all()
    said = {"opened": "opened: {reason}", "reopened": "reopened: {reason}", "state": "{to}", "path": "Sev {to}"}
    lines = [
        f"{says(at)}: "
        + said.get(action, action + " {to}").format(to=name or (to or "").replace("_", " "), reason=why or "")
        for at, action, to, why, name in rows
    ]
    return _some(lines)


def _promises(session: Session, esc: Escalation, says: Callable[[datetime], str]) -> tuple[str, ...]:
    rows = [row for row in promise_rows(session, esc.id) if row.state != PromiseState.UNARMED]
    return _some(
        [
            f"{_OUTCOMES.get(PromiseState(row.state), 'still open')}: “{row.quote[:160]}”"
            + (f", due {says(row.due_at)}" if row.due_at else "")
            for row in rows
        ]
    )


def _signals(session: Session, esc: Escalation, says: Callable[[datetime], str]) -> tuple[str, ...]:
    own = select(Conversation.id).where(Conversation.escalation_id == esc.id)
    worst = func.row_number().over(
        partition_by=FindingRow.signal,
        order_by=(FindingRow.level.desc(), FindingRow.contribution.desc(), FindingRow.id),
    )
    ranked = (
        select(FindingRow.signal, FindingRow.quote, FindingRow.found_at, worst.label("place"))
        .where(FindingRow.conversation_id.in_(own), FindingRow.level > 0)
        .subquery()
    )
    rows = session.execute(select(ranked).where(ranked.c.place == 1).order_by(ranked.c.found_at))
    return _some(
        [f"{SIGNAL_NAMES.get(row.signal, row.signal)} ({says(row.found_at)}): “{row.quote[:160]}”" for row in rows]
    )


def _actions(session: Session, esc: Escalation) -> tuple[str, ...]:
    rows = session.execute(
        select(ActionItem, Person.name)
        .join(Person, Person.id == ActionItem.assignee_id)
        .where(ActionItem.escalation_id == esc.id, ActionItem.state != TaskState.CANCELLED)
        .order_by(ActionItem.n)
    )
    return _some([f"{item.n}. {item.text[:160]} ({name}, {item.state.replace('_', ' ')})" for item, name in rows])


def _word(session: Session, esc: Escalation, says: Callable[[datetime], str]) -> tuple[str, ...]:
    signed = [row for row in sign_offs_of(session, esc.id) if esc.reopened_at is None or row.at > esc.reopened_at]
    if signed:
        return tuple(f"signed off by {row.by_address}: “{row.quote[:300]}”" for row in signed)
    word = settled_word(session, esc)
    if word is None:
        return ('no sign-off yet; when you have theirs, write: signed off: Ana by phone: "their words"',)
    who = word.message.from_name or word.message.from_address
    wrote = f"{who} wrote on {says(word.message.sent_at)}: “{word.quote[:300]}”"
    return (wrote, "if that is their sign-off, add a line that says: signed off")


def _before(session: Session, esc: Escalation) -> tuple[str, ...]:
    made = latest_closeout(session, esc)
    if made is None or esc.state == State.CLOSED:
        return ()
    return (
        f"v{made.version}, root cause: {made.root_cause[:200]}",
        f"v{made.version}, resolution: {made.resolution[:200]}",
    )


def _some(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_LINES
    return (
        tuple(lines)
        if more <= 0
        else (
            *lines[: MOST_LINES - 1],
            f"and {more + 1} more",
        )
    )
