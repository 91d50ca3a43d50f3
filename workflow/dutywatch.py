"""Watches duties by the clock: begins and ends them with their escalation, and tells once of each that is overdue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from config.playbooks import NAMES, PATHS, Playbooks
from config.recordwords import DutyState
from config.words import Channel, NoticeKind, State
from store.bulk import just
from store.mail import Conversation
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation
from store.setbacks import one_by_one
from store.tasks import Duty
from workflow.change import By, Step, written
from workflow.closingduties import settle_shown
from workflow.context import Context
from workflow.duties import drop_duties, duties_of, follow_path
from workflow.record import lock
from workflow.routing import managers_of
from workflow.standing import carry_risk, say_few
from workflow.states import ACTIVE

LATELY = timedelta(minutes=5)
"""An escalation that changed within this time may show a duty as done; the sweep comes every few seconds."""

MOST_AT_ONCE = 200
"""Escalations begun or ended in one sweep."""

_OPEN = just(Duty.state, DutyState.OPEN)


def keep_duties(session: Session, ctx: Context, now: datetime) -> None:
    """Do what time and the record bring to duties; nothing while a backfill lives through old mail."""
    if ctx.silent:
        return
    by = By(None, "smokewatch", Channel.SYSTEM, now, mail_domain=ctx.outgoing.domain)
    playbooks = ctx.playbooks
    if playbooks is None:
        if not ctx.policy.playbooks.duties:
            _end(session, by, ctx, select(Duty.escalation_id).where(_OPEN), "duties are switched off")
        return
    _end(session, by, ctx, _left_over(playbooks), "the escalation is done, or on another path")
    begin = [(esc_id, esc_id) for esc_id in session.scalars(_not_begun())]
    one_by_one(session, "duties", begin, lambda key: _begin(session, by, key, playbooks), now)
    due = [(key, key) for key in session.scalars(_to_look_at(now))]
    one_by_one(
        session, "duties due", due, lambda key: _Watch(session, by, ctx, playbooks, lock(session, key)).look(), now
    )


def duties_at(session: Session, ctx: Context, now: datetime) -> Iterator[datetime]:
    """When each open duty will be overdue, in UTC."""
    if ctx.playbooks is not None and not ctx.silent:
        rows = session.scalars(select(Duty.due_at).where(_OPEN, Duty.told_overdue_at.is_(None), Duty.due_at > now))
        yield from (at for at in rows if at is not None)


def _not_begun() -> Select[int]:
    """Escalations at work of whose path's playbook nothing was begun since they were opened, or reopened, last."""
    name = case({path: NAMES[path] for path in PATHS}, value=Escalation.path)
    since = func.coalesce(Escalation.reopened_at, Escalation.opened_at)
    begun = select(Duty.id).where(Duty.escalation_id == Escalation.id, Duty.playbook == name, Duty.made_at >= since)
    at_work = select(Escalation.id).where(Escalation.state.in_(ACTIVE), Escalation.merged_into.is_(None))
    return at_work.where(~begun.exists()).order_by(Escalation.id.desc()).limit(MOST_AT_ONCE)


def _begin(session: Session, by: By, escalation_id: int, playbooks: Playbooks) -> None:
    follow_path(session, by, lock(session, escalation_id), playbooks)


def _left_over(playbooks: Playbooks) -> Select[int]:
    """Escalations with open duties that are none any more: all but those of the close once it is resolved."""
    foreign = [and_(Escalation.path == path, Duty.playbook.not_in(playbooks.live(path))) for path in PATHS]
    over = or_(
        and_(Escalation.state == State.RESOLVED, Duty.due_at.is_not(None)),
        Escalation.state == State.CLOSED,
        Escalation.merged_into.is_not(None),
        *foreign,
    )
    return select(Duty.escalation_id).join(Escalation, Escalation.id == Duty.escalation_id).where(_OPEN, over)


def _end(session: Session, by: By, ctx: Context, escalations: Select[int], why: str) -> None:
    ids = session.scalars(escalations.distinct().order_by(Duty.escalation_id).limit(MOST_AT_ONCE)).all()

    def end(escalation_id: int) -> None:
        escalation = session.get_one(Escalation, escalation_id, with_for_update=True, populate_existing=True)
        open_ones = select(Duty).where(Duty.escalation_id == escalation_id, _OPEN).order_by(Duty.n)
        if ctx.playbooks is not None:
            open_ones = open_ones.where(Duty.id.in_(_ids_of(_left_over(ctx.playbooks), escalation_id)))
        rows = session.scalars(open_ones).all()
        drop_duties(session, by, escalation, rows, why)
        if any(row.told_overdue_at for row in rows) and escalation.state in ACTIVE:
            carry_risk(session, by, escalation, ctx.policy.risk, lifted=True)

    one_by_one(session, "duties end", [(key, key) for key in ids], end, by.now)


def _ids_of(left_over: Select[int], escalation_id: int) -> Select[int]:
    return left_over.with_only_columns(Duty.id).where(Duty.escalation_id == escalation_id)


def _to_look_at(now: datetime) -> Select[int]:
    """Escalations at work with a duty whose time passed, or on which something happened that may show one as done."""
    wrote = select(Conversation.id).where(
        Conversation.escalation_id == Escalation.id,
        Conversation.last_at > now - LATELY,
        Conversation.last_at > Duty.told_overdue_at,
    )
    untold = and_(Duty.due_at <= now, Duty.told_overdue_at.is_(None))
    return (
        select(Duty.escalation_id)
        .join(Escalation, Escalation.id == Duty.escalation_id)
        .where(_OPEN, Duty.due_at.is_not(None), Escalation.state.in_(ACTIVE), Escalation.merged_into.is_(None))
        .where(or_(untold, Escalation.changed_at > now - LATELY, wrote.exists()))
        .distinct()
        .order_by(Duty.escalation_id)
    )


@dataclass(frozen=True)
class _Watch:
    """One escalation, locked, and what it is looked at with."""

    session: Session
    by: By
    ctx: Context
    playbooks: Playbooks
    esc: Escalation

    def look(self) -> None:
        """Let the record do what it shows, then tell of what is overdue, all of it together."""
        rows = [row for row in duties_of(self.session, self.esc) if row.state == DutyState.OPEN and row.due_at]
        done = [row for row in rows if settle_shown(self.session, self.by, self.esc, row, self.playbooks)]
        late = [row for row in rows if row not in done and self._late(row)]
        for row in late:
            row.told_overdue_at = self.by.now
        if late:
            before = self.esc.risk
            detail = {"duties": [row.n for row in late], "texts": [row.text for row in late]}
            step = Step("duty overdue", None, say_few([row.text for row in late]), detail=detail)
            written(self.session, self.by, self.esc, step)
            carry_risk(self.session, self.by, self.esc, self.ctx.policy.risk)
            self._tell(late, before)
        elif any(row.told_overdue_at for row in done):
            carry_risk(self.session, self.by, self.esc, self.ctx.policy.risk, lifted=True)

    def _late(self, row: Duty) -> bool:
        return row.due_at is not None and row.due_at <= self.by.now and row.told_overdue_at is None

    def _tell(self, late: Sequence[Duty], before: str) -> None:
        """One notice to each who answers for it, whatever number of duties there are."""
        books = [self.playbooks.named(name) for name in sorted({row.playbook for row in late})]
        facts = {
            "playbook": f"Sev {books[0].path}",
            "tell": "at_once" if any(book.overdue.tell == "at_once" for book in books) else "digest",
            "risk": _risk_sentence(before, self.esc.risk, len(late)),
            "duties": [{"id": r.id, "n": r.n, "text": r.text, "due": r.due_at and r.due_at.isoformat()} for r in late],
        }
        for person_id, why in self._people(manager=any(book.overdue.manager for book in books)).items():
            draft = NoticeDraft(
                kind=NoticeKind.DUTY_OVERDUE,
                person_id=person_id,
                event="duties:" + ",".join(str(row.id) for row in late),
                why=why,
                at=self.by.now,
                escalation_id=self.esc.id,
                facts=facts,
            )
            post_notice(self.session, draft, mail_domain=self.by.mail_domain)

    def _people(self, *, manager: bool) -> dict[int, str]:
        """The owner, and where the playbook wants it, or nobody owns it, who manages them."""
        owner = None if self.esc.owner_id is None else self.session.get(Person, self.esc.owner_id)
        above = managers_of(self.session, owner, self.esc.team_id) if manager or owner is None else []
        people = {person.id: "you manage the team this belongs to" for person in above}
        return people if owner is None or not owner.active else {**people, owner.id: "you own it"}


def _risk_sentence(before: str, after: str, duties: int) -> str:
    they = "they are" if duties > 1 else "it is"
    if before == after:
        return f"Until {they} done the risk of the escalation does not fall. It is {after}."
    return f"By this the risk of the escalation rose from {before} to {after}, until {they} done."
