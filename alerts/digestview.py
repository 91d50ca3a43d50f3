"""Puts what a digest found into words, ordered by risk."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import build, phrases
from alerts.answers import Offer, link
from alerts.candidate import Candidate
from alerts.clean import header_text, one_line
from alerts.clockwork import zone_of
from alerts.context import AlertContext
from alerts.digestactions import action_lines
from alerts.digestduties import duty_lines
from alerts.digestfacts import Found, Gathered, Running, gather_for, window_of
from alerts.digestowed import owed_lines
from alerts.digestqueues import queue_lines
from alerts.digestroster import asked_lines
from alerts.letter import Answer, Digest, Entry, Letter
from config.words import Priority, Risk, State
from store import tokens
from store.outbox import Notice
from store.people import Account, Person
from store.record import Audit, Escalation
from store.risk import Promise
from store.rules import RuleCount

MOST_LINES = 6
MOST_ENTRIES = 40
"""A digest is read on a phone; with more than this on it, nobody reads to the end."""

_KINDS = {
    "risk_up": "risk up",
    "new_escalation": "new escalation",
    "no_answer": "waiting for an answer",
    "duty_overdue": "duty overdue",
}


def letter(session: Session, candidate: Candidate, reader: build.Reader, ctx: AlertContext) -> Letter:
    """The digest's letter."""
    found = gather_for(session, candidate.person, candidate.notice)
    writer = _Writer(session, reader, ctx, candidate.notice)
    ordered = _chosen(session, found)
    others = [writer.unowned(e) for e in sorted(found.unowned, key=lambda e: (-_weight(e), e.id))]
    if (left := len(found.found) - len(ordered)) > 0:
        others.insert(0, f"{left} more escalations changed: smokewatch list shows them")
    others += [f"Held back: {_KINDS.get(n.kind, phrases.words(n.kind))}" for n in found.loose]
    digest = Digest(
        since=window_of(candidate.notice).since,
        summary=_summary(found),
        entries=tuple(writer.entry(each) for each in ordered),
        others=tuple(others),
        running=_running(found.running),
        asked=asked_lines(session, reader),
        owed=owed_lines(session, reader, {p.id for f in found.found for p in (*f.missed, *f.due_today)}),
        actions=action_lines(session, reader),
        duties=duty_lines(session, reader),
        queues=queue_lines(session, reader, ctx),
    )
    return replace(build.letter(session, candidate, reader, None), digest=digest)


def _chosen(session: Session, found: Gathered) -> list[Found]:
    """What is shown, by risk; where there is too much of it, known customers before senders whom nobody knows."""
    ranked = sorted(found.found, key=lambda f: (-_weight(f.escalation), f.escalation.id))
    accounts = {f.escalation.account_id for f in ranked}
    guessed = set(session.scalars(select(Account.id).where(Account.provisional, Account.id.in_(accounts))))
    first = sorted(ranked, key=lambda f: f.escalation.account_id in guessed)[:MOST_ENTRIES]
    shown = {f.escalation.id for f in first}
    return [f for f in ranked if f.escalation.id in shown]


def _weight(escalation: Escalation) -> int:
    return Risk(escalation.risk).rank * 10 + list(Priority).index(Priority(escalation.priority))


def _summary(found: Gathered) -> str:
    """`2 new, 1 promise missed and 3 alerts held back`: what a manager wants to know before reading on."""
    count: Counter[str] = Counter()
    for each in found.found:
        moved = {c.action for c in each.changes}
        count["new"] += "opened" in moved
        count["changed"] += bool(moved) and "opened" not in moved
        count["missed"] += len(each.missed)
        count["due"] += len(each.due_today)
        count["held"] += len(each.held)
        count["snooze"] += each.snooze_ended
    count["held"] += len(found.loose)
    forms = {
        "new": ("new escalation", "new escalations"),
        "changed": ("escalation changed", "escalations changed"),
        "missed": ("promise missed", "promises missed"),
        "due": ("promise due today", "promises due today"),
        "held": ("alert held back", "alerts held back"),
        "snooze": ("snooze ended", "snoozes ended"),
    }
    parts = [f"{n} {forms[key][n > 1]}" for key, n in count.items() if n]
    if found.items_late:
        parts.append("action items overdue")
    return phrases.listed(parts) or "nothing on your escalations, but the installation needs a look"


def _running(running: Running | None) -> tuple[str, ...]:
    if running is None:
        return ()
    parked = f"{running.parked} mails are parked" if running.parked != 1 else "1 mail is parked"
    lines = [
        f"{parked} because they could not be read, {running.parked_new} of them since the last digest."
        if running.parked
        else "No mail is parked."
    ]
    if running.failed:
        lines.append(f"{running.failed} of our own mails could not be delivered: smokewatch outbox list --failed")
    return (*lines, *map(_judged, running.judged), f"Audit root: {running.root}")


def _judged(count: RuleCount) -> str:
    verdicts = f"{count.useful} useful, {count.noise} noise in 90 days"
    return (
        f"“{phrases.name_of(count.rule)}” was judged: {verdicts} ({count.precision or 0:.0%} useful; smokewatch rules)."
    )


class _Writer:
    """Writes entries for one reader; names and customers are looked up once each."""

    def __init__(self, session: Session, reader: build.Reader, ctx: AlertContext, notice: Notice) -> None:
        self._session, self._reader, self._ctx, self._notice = session, reader, ctx, notice
        self._zone = zone_of(reader.person)
        self._names = dict(session.execute(select(Person.email, Person.name)).all())

    def entry(self, found: Found) -> Entry:
        """One escalation with its lines: what is broken or due first, then what moved, then what was held back."""
        escalation = found.escalation
        lines = [f"Promise missed: {self._promise(p)}" for p in found.missed]
        lines += [f"Promise due today: {self._promise(p)}" for p in found.due_today]
        lines += [self._change(change) for change in found.changes]
        lines += [f"Alert held back: {self._held(n)}" for n in found.held]
        lines += ["Your snooze is over."] if found.snooze_ended else []
        more = len(lines) - MOST_LINES
        shown = [*lines[:MOST_LINES], f"and {more} more"] if more > 1 else lines
        return Entry(
            escalation.number,
            self._about(escalation),
            one_line(escalation.title, 100),
            escalation.risk,
            self._standing(escalation),
            tuple(shown),
            self._answers(escalation),
        )

    def unowned(self, escalation: Escalation) -> str:
        """One line for an escalation that nobody owns and nothing happened to."""
        return f"{escalation.number} {self._about(escalation)}: nobody owns it, risk {escalation.risk}"

    def _about(self, escalation: Escalation) -> str:
        account = self._session.get(Account, escalation.account_id) if escalation.account_id else None
        return one_line(account.name if account else escalation.title, 80)

    def _standing(self, escalation: Escalation) -> str:
        owner = self._session.get(Person, escalation.owner_id) if escalation.owner_id else None
        mine = owner is not None and owner.id == self._reader.person.id
        who = "yours" if mine else f"owner {one_line(owner.name, 60)}" if owner else "no owner"
        return f"{phrases.words(escalation.state)}, risk {escalation.risk}, {who}"

    def _change(self, change: Audit) -> str:
        at = phrases.when(change.at, self._zone, self._reader.now)
        before, after = (self._value(v) for v in (change.from_value, change.to_value))
        what = phrases.words(change.action).capitalize()
        if change.action == "opened":
            text = phrases.opened(one_line(change.reason, 160)) if change.reason else "Opened"
        elif before and after:
            text = f"{what}: {before} → {after}"
        else:
            text = f"{what}: {after}" if after else what
        return f"{text.rstrip('.')} ({self._who(change.actor)}{at})"

    def _who(self, actor: str) -> str:
        return "" if actor == "smokewatch" else f"{one_line(self._names.get(actor, actor), 60)}, "

    def _value(self, value: str | None) -> str:
        return one_line(self._names.get(value, phrases.words(value)), 120) if value else ""

    def _promise(self, promise: Promise) -> str:
        due = phrases.when(promise.due_at, self._zone, self._reader.now) if promise.due_at else "no date"
        return f"“{one_line(promise.quote, 140)}” ({due})"

    def _held(self, notice: Notice) -> str:
        at = phrases.when(notice.created_at, self._zone, self._reader.now)
        evidence = notice.facts.get("evidence") or [{}]
        duties = "; ".join(str(each.get("text", "")) for each in notice.facts.get("duties") or [])
        quoted = one_line(evidence[0].get("quote", "") or duties, 140)
        kind = _KINDS.get(notice.kind, phrases.words(notice.kind))
        return f"{kind} ({at})" + (f": “{quoted}”" if quoted else "")

    def _answers(self, escalation: Escalation) -> tuple[Answer, ...]:
        if escalation.state in (State.RESOLVED, State.CLOSED):
            return ()
        expires = self._reader.now + timedelta(days=self._ctx.token_days)
        claim = tokens.Claim(self._reader.person.id, escalation.id, "reply", expires, self._notice.id)
        reply_to = tokens.tagged_address(self._ctx.outgoing.reply_address, tokens.issue(self._session, claim))
        mine = escalation.owner_id == self._reader.person.id
        first = (
            Offer("ack", "I have seen it") if escalation.state == State.OPEN else Offer("status", "Show me all of it")
        )
        chosen = (first,) if mine else (first, Offer("own", "I take it"))
        subject = f"[{escalation.number}] {header_text(self._about(escalation), 80)}"
        return tuple(link(offer, reply_to, subject) for offer in chosen)
