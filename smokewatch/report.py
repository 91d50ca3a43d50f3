"""Says on the terminal, in plain words, what Smokewatch did and what can be done now."""

import email
import email.policy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import NoticeState, RawState
from store.mail import Message, RawMail
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from store.views import EscalationView, PersonView, escalation_view
from workflow.queries import Row

SIGNALS = {
    "repeated_follow_up": "the customer keeps asking",
    "missed_promise": "we broke a promise",
    "executive_visibility": "an executive is watching",
    "account_risk": "the contract is at risk",
    "spread": "it wanders through our teams",
    "deadline": "they have a deadline",
    "impact": "their business is hurt",
    "changed_next_step": "our plan changed again",
    "new_decision_maker": "somebody new decides",
    "repeat_issue": "a solved trouble is back",
    "urgency": "it cannot wait",
    "tone": "they are losing patience",
}
RISKS = {"critical": "bold red", "high": "red", "elevated": "yellow", "low": "green"}
LONGEST_QUOTE = 130
_WRITTEN = ("customer", "colleague", "command", "forward", "unverified")
"""Kinds of mail that people wrote."""


@dataclass(frozen=True)
class Sent:
    """A mail that went out."""

    at: datetime
    kind: str
    to: str
    name: str
    number: str | None


def mails_line(session: Session) -> Text:
    """How many mails were read, and what they were."""
    states = dict(session.execute(select(RawMail.state, func.count()).group_by(RawMail.state)).all())
    kinds = Counter(dict(session.execute(select(Message.kind, func.count()).group_by(Message.kind)).all()))
    total = sum(states.values())
    conversations = session.scalar(select(func.count(func.distinct(Message.conversation_id)))) or 0
    parts = [f"{kinds['customer']} from customers", f"{kinds['colleague']} from colleagues"]
    automatic = sum(n for kind, n in kinds.items() if kind not in _WRITTEN)
    automatic += states.get(RawState.IGNORED, 0) if not automatic else 0
    if automatic:
        parts.append(f"{automatic} written by machines, set aside")
    if kinds["unverified"]:
        parts.append(f"{kinds['unverified']} with a false sender of ours, set aside")
    if kinds["command"]:
        parts.append(f"{kinds['command']} with commands")
    if parked := states.get(RawState.PARKED, 0):
        parts.append(f"{parked} parked (see: smokewatch parked list)")
    return Text(f"{total} mails read in {conversations} conversations: {', '.join(parts)}.")


def open_escalations(session: Session, now: datetime) -> list[EscalationView]:
    """All that are not closed, worst first."""
    ids = session.scalars(select(Escalation.id).where(Escalation.state != "closed", Escalation.merged_into.is_(None)))
    views = [escalation_view(session, number, now) for number in ids]
    order = list(RISKS)
    return sorted(views, key=lambda v: (order.index(v.risk) if v.risk in order else len(order), v.id))


def show_escalations(console: Console, views: Sequence[EscalationView]) -> None:
    """One paragraph each: number, account, why in a sentence with the quote."""
    for view in views:
        console.print(headline(view))
        for finding in sorted(view.findings, key=lambda f: (-f.level, -f.contribution))[:2]:
            words = Text(SIGNALS.get(finding.signal, finding.signal.replace("_", " ")) + ": ")
            words.append(f"“{_short(finding.quote)}”", style="italic").append(f" {finding.author}", style="dim")
            if finding.doubt:
                words.append(f" ({finding.doubt})", style="yellow")
            console.print(Padding(words, (0, 0, 0, 7), expand=False))


def headline(view: EscalationView | Row) -> Text:
    """Number, account, risk, state and owner in one line."""
    owner = view.owner.name if isinstance(view.owner, PersonView) else view.owner
    line = Text()
    line.append(view.number, style="bold").append("  ")
    line.append(view.account or "unknown account", style="bold").append("  ")
    line.append(view.risk, style=RISKS.get(view.risk, "")).append(f", {view.state.replace('_', ' ')}")
    if owner is not None:
        line.append(f", owner {owner}")
    return line


def sent_since(session: Session, since: datetime) -> list[Sent]:
    """The mails that went out since, oldest first."""
    rows = session.execute(
        select(Notice.sent_at, Notice.kind, Person.email, Person.name, Notice.escalation_id)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.state == NoticeState.SENT, Notice.sent_at >= since)
        .order_by(Notice.sent_at, Notice.id)
    )
    return [Sent(at, kind, to, name, f"ESC-{n}" if n else None) for at, kind, to, name, n in rows if at is not None]


def show_sent(console: Console, sent: Sequence[Sent]) -> None:
    """Who was told how much."""
    alerts = Counter(mail.name for mail in sent if mail.kind != "digest")
    digests = [mail.name for mail in sent if mail.kind == "digest"]
    if alerts:
        told = ", ".join(f"{name} ({n})" for name, n in alerts.items())
        count = sum(alerts.values())
        console.print(Text(f"{count} alert{'s' * (count != 1)} sent: {told}."))
    if digests:
        console.print(Text(f"{len(digests)} daily digest{'s' * (len(digests) != 1)} sent: {', '.join(digests)}."))
    if not sent:
        console.print(Text("No mail was due to anybody."))


def first_mail(folder: Path, number: str) -> Path | None:
    """The readable text of the first filed mail about an escalation, which is its alert."""
    for path in sorted(folder.glob("*.eml")):
        subject = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["Subject"]
        if number in str(subject):
            return path.with_suffix(".txt")
    return None


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + " …"
