"""Sums a customer up by what the asking person may see; counted when asked for, so that nothing can drift."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Numeric, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from config.rollups import CUSTOM, CustomRollup
from config.words import Priority, PromiseState, State
from store.bulk import among
from store.customer import Rating
from store.mail import Conversation
from store.owed import promises_seen_by
from store.people import Account, Person
from store.record import Escalation
from store.risk import Promise
from store.visibility import visible

LIVE = (State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS)
"""States in which somebody still has to do something."""
REPEAT_DAYS = 90
"""Escalations opened within this time count as one customer's trouble coming again."""
_SECONDS = 3600.0


@dataclass(frozen=True)
class AccountRollup:
    """One customer in figures, over the escalations the asking person may see.

    * open: not resolved yet. urgent: of these, Sev 1 or of high or critical priority.
    * repeated: escalations opened in the last 90 days beyond the first.
    * promises_missed: ever, as the ledger has them now.
    * median_hours: from opening to the last resolution, by the clock, of what is resolved or closed.
    * csat: the mean of the customer's ratings; where nobody rated anything yet, what the accounts file says.
    * arr_exposed: the yearly value while anything is open, else 0.
    """

    account_id: int
    open: int = 0
    urgent: int = 0
    repeated: int = 0
    promises_missed: int = 0
    median_hours: float | None = None
    csat: float | None = None
    arr_exposed: float = 0.0
    custom: dict[str, float | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def urgent() -> ColumnElement[bool]:
    """The clause on `Escalation` for high severity: Sev 1, or of high or critical priority."""
    return or_(Escalation.path == 1, Escalation.priority.in_((Priority.HIGH, Priority.CRITICAL)))


def live() -> ColumnElement[bool]:
    """The clause on `Escalation` for what somebody still has to do something about."""
    return Escalation.state.in_(LIVE)


def seen_by(person: Person | None) -> ColumnElement[bool]:
    """The clause on `Escalation` for what this person may see, merged ones left out; None is the console: all."""
    seen = true() if person is None else visible(person)
    return and_(seen, Escalation.merged_into.is_(None))


def rollups(
    session: Session,
    person: Person | None,
    now: datetime,
    *,
    accounts: Sequence[int] | None = None,
    custom: Sequence[CustomRollup] = (),
) -> dict[int, AccountRollup]:
    """The figures of these customers, or of all, by account id; each has its figures, if only zeros."""
    of_escalations = _escalations(session, person, now, accounts, custom)
    missed = _missed(session, person, accounts)
    rated = _rated(session, person, accounts)
    # The account keeps the last rating, which may have been given on what this person may not see.
    ever_rated = set(session.scalars(select(Rating.account_id).distinct()))
    known = select(Account.id, Account.arr, Account.csat)
    if accounts is not None:
        known = known.where(among(Account.id, accounts))
    found = {}
    for account_id, arr, csat in session.execute(known.order_by(Account.id)):
        counted = of_escalations.get(account_id, {})
        found[account_id] = AccountRollup(
            account_id=account_id,
            open=counted.get("open", 0),
            urgent=counted.get("urgent", 0),
            repeated=max(0, counted.get("lately", 0) - 1),
            promises_missed=missed.get(account_id, 0),
            median_hours=counted.get("median_hours"),
            csat=rated.get(account_id, None if account_id in ever_rated else csat),
            arr_exposed=(arr or 0.0) if counted.get("open") else 0.0,
            custom={each.name: _value(each, counted.get(f"own_{each.name}")) for each in custom},
        )
    return found


def _escalations(
    session: Session,
    person: Person | None,
    now: datetime,
    accounts: Sequence[int] | None,
    custom: Iterable[CustomRollup],
) -> dict[int, Mapping[str, Any]]:
    done = and_(~live(), Escalation.resolved_at.is_not(None))
    lately = Escalation.opened_at > now - timedelta(days=REPEAT_DAYS)
    columns: list[ColumnElement[Any]] = [
        func.count().filter(live()).label("open"),
        func.count().filter(live(), urgent()).label("urgent"),
        func.count().filter(lately).label("lately"),
        _median(_hours(Escalation.resolved_at)).filter(done).label("median_hours"),
        *(_own(each, now).label(f"own_{each.name}") for each in custom),
    ]
    query = select(Escalation.account_id, *columns).where(seen_by(person), _of(Escalation.account_id, accounts))
    rows = session.execute(query.group_by(Escalation.account_id)).mappings()
    return {row["account_id"]: dict(row) for row in rows if row["account_id"] is not None}


def _missed(session: Session, person: Person | None, accounts: Sequence[int] | None) -> dict[int, int]:
    account = func.coalesce(Escalation.account_id, Conversation.account_id)
    query = (
        select(account, func.count())
        .select_from(Promise)
        .outerjoin(Conversation, Conversation.id == Promise.conversation_id)
        .outerjoin(Escalation, Escalation.id == func.coalesce(Promise.escalation_id, Conversation.escalation_id))
        .where(Promise.state == PromiseState.MISSED, promises_seen_by(person), _of(account, accounts))
        .group_by(account)
    )
    return {key: number for key, number in session.execute(query) if key is not None}


def _rated(session: Session, person: Person | None, accounts: Sequence[int] | None) -> dict[int, float]:
    account = Rating.account_id
    query = (
        select(account, func.avg(Rating.score))
        .join(Escalation, Escalation.id == Rating.escalation_id)
        .where(true() if person is None else visible(person), _of(account, accounts))
        .group_by(account)
    )
    return {key: float(mean) for key, mean in session.execute(query) if key is not None}


def _of(column: Any, accounts: Sequence[int] | None) -> Any:
    return column.is_not(None) if accounts is None else column.in_(accounts)


def _own(rollup: CustomRollup, now: datetime) -> ColumnElement[Any]:
    """One figure of a team's own; every name in it was checked when the file was read, and values are parameters."""
    clauses = [_filter(key, rollup) for key in rollup.where]
    if rollup.opened_within_days is not None:
        clauses.append(Escalation.opened_at > now - timedelta(days=rollup.opened_within_days))
    if rollup.resolved_within_days is not None:
        clauses.append(Escalation.resolved_at > now - timedelta(days=rollup.resolved_within_days))
    if rollup.of is None:
        return func.count().filter(*clauses) if clauses else func.count()
    measure = _measure(rollup.of)
    taken: Any = _TAKES[rollup.take](measure)
    made: ColumnElement[Any] = taken.filter(*clauses) if clauses else taken
    return made


def _filter(key: str, rollup: CustomRollup) -> ColumnElement[bool]:
    wanted = rollup.wanted(key)
    if key == "waiting":
        return Escalation.waiting_on.is_not(None) if wanted[0] else Escalation.waiting_on.is_(None)
    if key == "owned":
        return Escalation.owner_id.is_not(None) if wanted[0] else Escalation.owner_id.is_(None)
    if key.startswith(CUSTOM):
        # As JSON writes them: the text of a number or of true is what stands in the column.
        texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in wanted]
        own: ColumnElement[str] = Escalation.custom[key.removeprefix(CUSTOM)].as_string()
        return own.in_(texts)
    column: InstrumentedAttribute[Any] = getattr(Escalation, key)
    return column.in_(wanted)


def _measure(name: str) -> Any:
    if name == "hours_to_acknowledge":
        return _hours(Escalation.acknowledged_at)
    if name == "hours_to_resolve":
        return _hours(case((~live(), Escalation.resolved_at)))
    if name == "affected_users":
        return Escalation.affected_users
    number = Escalation.custom[name.removeprefix(CUSTOM)]
    return case((func.jsonb_typeof(number) == "number", cast(number.as_string(), Numeric)))


def _hours(end: Any) -> ColumnElement[Any]:
    return cast(func.extract("epoch", end - Escalation.opened_at), Float) / _SECONDS


def _median(value: ColumnElement[Any]) -> Any:
    return func.percentile_cont(0.5).within_group(value)


_TAKES: dict[str, Callable[[Any], Any]] = {"sum": func.sum, "mean": func.avg, "median": _median, "largest": func.max}


def _value(rollup: CustomRollup, found: Any) -> float | None:
    if found is None:
        return 0.0 if rollup.take == "sum" else None
    return int(found) if rollup.take == "count" else float(found)
