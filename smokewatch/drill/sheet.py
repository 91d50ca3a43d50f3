"""Scores a drill from its record: acknowledged and answered when, promises, signals and mails that nobody cared for."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Direction, Level, PromiseState, State
from signals.business import business_hours_between
from smokewatch.drill.game import Game
from smokewatch.drill.post import Posted
from store.mail import Conversation, Message
from store.people import Account
from store.record import Audit, Escalation
from store.risk import FindingRow, Promise


@dataclass(frozen=True)
class Raised:
    """One escalation; `minutes` to its acknowledgement are of business time, None while nobody did."""

    number: str
    account: str | None
    title: str
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    minutes: int | None


@dataclass(frozen=True)
class Asked:
    """One mail that wanted an answer; `minutes` to it are of business time, None when none came."""

    mail: int
    sender: str
    subject: str
    came_at: datetime
    answered_at: datetime | None
    minutes: int | None


@dataclass(frozen=True)
class Owed:
    """One promise of ours."""

    quote: str
    by: str
    due: datetime | None
    state: str


@dataclass(frozen=True)
class Missed:
    """A signal that stood raised while nobody did anything about it."""

    escalation: str
    signal: str
    level: int
    raised_at: datetime
    quote: str


@dataclass(frozen=True)
class Sheet:
    """The score of one drill. `needless` are numbers of mails that were answered and wanted no answer."""

    scenario: str
    ended_at: datetime
    finished: bool
    escalations: tuple[Raised, ...]
    mails: tuple[Asked, ...]
    promises: tuple[Owed, ...]
    missed_signals: tuple[Missed, ...]
    needless: tuple[int, ...]

    @property
    def unanswered(self) -> tuple[int, ...]:
        """Numbers of the mails that nobody answered."""
        return tuple(each.mail for each in self.mails if each.answered_at is None)

    def promised(self, *states: PromiseState) -> int:
        """How many promises ended in one of these states."""
        return sum(each.state in states for each in self.promises)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the counts."""
        counts = {
            "acknowledged": sum(each.minutes is not None for each in self.escalations),
            "promises_kept": self.promised(PromiseState.KEPT),
            "promises_missed": self.promised(PromiseState.MISSED),
            "missed_signals": len(self.missed_signals),
            "unanswered": len(self.unanswered),
        }
        return asdict(self) | {"unanswered": list(self.unanswered), "counts": counts}


def score(game: Game) -> Sheet:
    """The sheet as of the drill's present moment."""
    with game.stage.store.transaction() as session:
        where = _conversations(session)
        return Sheet(
            scenario=game.scenario.title,
            ended_at=game.now,
            finished=game.is_over,
            escalations=tuple(_raised(session, game)),
            mails=tuple(_asked(session, game, where)),
            promises=tuple(_owed(session)),
            missed_signals=tuple(_missed(session, game, where)),
            needless=tuple(_needless(game)),
        )


def _raised(session: Session, game: Game) -> Iterator[Raised]:
    """By the audit, since reopening takes the record's own time back; one that was merged counts where it went."""
    rows = select(Escalation, Account.name).outerjoin(Account, Account.id == Escalation.account_id)
    for esc, account in session.execute(rows.where(Escalation.merged_into.is_(None)).order_by(Escalation.id)):
        moved = select(Audit.at, Audit.actor).where(
            Audit.stream == esc.number, Audit.action == "state", Audit.from_value == State.OPEN
        )
        at, who = session.execute(moved.order_by(Audit.seq).limit(1)).first() or (None, None)
        yield Raised(esc.number, account, esc.title, esc.opened_at, at, who, _minutes(game, esc.opened_at, at))


def _asked(session: Session, game: Game, where: dict[str, int]) -> Iterator[Asked]:
    ours = session.execute(
        select(Message.conversation_id, Message.sent_at)
        .where(Message.direction == Direction.OUT)
        .order_by(Message.sent_at)
    ).all()
    for posted in game.office.posted:
        if posted.number is None or not _wants_answer(game, posted):
            continue
        home = where.get(posted.message_id)
        answered = next((at for talk, at in ours if talk == home and at >= posted.at), None)
        made = posted.message
        minutes = _minutes(game, posted.at, answered)
        yield Asked(posted.number, str(made["From"]), str(made["Subject"]), posted.at, answered, minutes)


def _owed(session: Session) -> Iterator[Owed]:
    for row in session.scalars(select(Promise).order_by(Promise.id)):
        yield Owed(row.quote, row.made_by, row.due_at, row.state)


def _missed(session: Session, game: Game, where: dict[str, int]) -> list[Missed]:
    """Raised or critical signals of escalations that stood too long from the moment they rose; each at its worst."""
    rows = select(FindingRow, Conversation.escalation_id).join(
        Conversation, Conversation.id == FindingRow.conversation_id
    )
    raised = rows.where(
        Conversation.escalation_id.is_not(None),
        FindingRow.level >= Level.RAISED,
        FindingRow.level > FindingRow.from_level,
    )
    acts = list(_acts(session, game, where))
    found: dict[tuple[int, str], Missed] = {}
    for row, home in session.execute(raised.order_by(FindingRow.id)):
        acted = min((at for at, on in acts if on == home and at >= row.found_at), default=game.now)
        stood = business_hours_between(game.scenario.calendar.calendar, row.found_at, acted)
        if home is not None and stood * 60 >= game.scenario.calendar.act_within_minutes:
            found[home, row.signal] = Missed(f"ESC-{home}", row.signal, row.level, row.found_at, row.quote)
    return list(found.values())


def _acts(session: Session, game: Game, where: dict[str, int]) -> Iterator[tuple[datetime, int | None]]:
    """When something was done, and on which escalation."""
    rows = session.execute(select(Conversation.id, Conversation.escalation_id))
    homes = {talk: escalation for talk, escalation in rows}  # noqa: C416 - a Row is no pair to dict()
    for each in game.acts:
        talk = where.get(each.answer.message_id) if each.answer else None
        yield each.at, each.escalation or (homes.get(talk) if talk else None)


def _needless(game: Game) -> Iterator[int]:
    for each in game.office.posted:
        asked = game.office.mail(each.to_number) if each.to_number else None
        if asked is not None and asked.number and not _letter_wants_answer(game, asked.number):
            yield asked.number


def _conversations(session: Session) -> dict[str, int]:
    """Where each mail was filed, by its Message-ID."""
    rows = session.execute(select(Message.message_id, Message.conversation_id))
    return {name.strip("<>"): talk for name, talk in rows}


def _wants_answer(game: Game, posted: Posted) -> bool:
    """A customer's mail does, unless the scenario says that it does not; a colleague's does not."""
    ours = {each.email for each in game.scenario.person}
    sender = posted.message["From"].addresses[0].addr_spec
    return posted.number is not None and sender not in ours and _letter_wants_answer(game, posted.number)


def _letter_wants_answer(game: Game, number: int) -> bool:
    return game.scenario.mail[number - 1].wants_answer


def _minutes(game: Game, since: datetime, until: datetime | None) -> int | None:
    if until is None:
        return None
    return round(business_hours_between(game.scenario.calendar.calendar, since, until) * 60)
