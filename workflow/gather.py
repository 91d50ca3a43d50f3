"""Gathers the facts of conversations for the rules, with the same few queries for one conversation or fifty."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from config.words import Direction, Level, MailKind, PromiseState, Risk, Signal
from signals.calendar import Calendar
from signals.facts import Before, Facts, ForcedPromise, Habit, Handover, Msg, Party
from signals.reading import Reading
from store.bulk import among, one_of
from store.mail import Conversation, Message, Sighting
from store.people import Account, AccountDomain, Contact, Person, Team
from store.risk import Promise
from workflow.calendars import calendar_of
from workflow.fragility import Past, past
from workflow.habits import habits
from workflow.handovers import handovers, swarming
from workflow.mailboxes import team_mailboxes

HEARD = (MailKind.CUSTOMER.value, MailKind.COLLEAGUE.value, MailKind.FORWARD.value)
"""Kinds of mail the signals listen to; automatic mail and commands say nothing about the customer."""


MOST_SENT = 500
"""Mails of ours in other conversations looked at for one batch."""


@dataclass
class _Shelf:
    """What one round of queries brought, by conversation, account or address."""

    messages: dict[int, list[Msg]] = field(default_factory=lambda: defaultdict(list))
    parties: dict[str, Party] = field(default_factory=dict)
    calendars: dict[int, Calendar] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    domains: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    sightings: dict[int, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    forced: dict[int, list[ForcedPromise]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[int, list[tuple[int, Msg]]] = field(default_factory=lambda: defaultdict(list))
    past: Past = field(default_factory=Past)
    habits: dict[int, dict[str, Habit]] = field(default_factory=dict)
    handovers: dict[int, tuple[Handover, ...]] = field(default_factory=dict)
    swarming: set[int] = field(default_factory=set)


def gather(session: Session, conversations: Sequence[Conversation]) -> dict[int, Facts]:
    """The facts of each conversation, by its id."""
    shelf = _Shelf()
    _messages(session, conversations, shelf)
    _parties(session, shelf)
    _calendars(session, conversations, shelf)
    accounts = sorted({c.account_id for c in conversations if c.account_id})
    if accounts:
        _accounts(session, accounts, shelf)
        _sightings(session, accounts, shelf)
        _sent_elsewhere(session, conversations, shelf)
        shelf.past = past(session, conversations, shelf.messages)
        shelf.habits = habits(session, conversations, shelf.messages)
    _forced(session, conversations, shelf)
    shelf.handovers, shelf.swarming = handovers(session, conversations), swarming(session, conversations)
    return {c.id: _facts(c, shelf) for c in conversations}


def _facts(conversation: Conversation, shelf: _Shelf) -> Facts:
    account = shelf.accounts.get(conversation.account_id or 0)
    messages = tuple(shelf.messages[conversation.id])
    return Facts(
        messages=messages,
        parties=shelf.parties,
        calendar=shelf.calendars.get(conversation.team_id or 0, Calendar()),
        account_name=account.name if account else "",
        account_domains=frozenset(shelf.domains[conversation.account_id or 0]),
        account_value=account.arr if account else None,
        renewal=account.renewal if account else None,
        seen_before=_seen_before(conversation, shelf),
        forced=tuple(shelf.forced[conversation.id]),
        history=shelf.past.history(conversation),
        elsewhere=tuple(m for c, m in shelf.sent[conversation.account_id or 0] if c != conversation.id),
        before=before_of(conversation),
        habits=shelf.habits.get(conversation.id, {}),
        handovers=shelf.handovers.get(conversation.escalation_id or 0, ()),
        swarming=conversation.escalation_id in shelf.swarming,
        fragile=shelf.past.fragile(conversation, account),
        acquainted=account is not None and account.created_at < conversation.first_at,
    )


_M = Message
_COLUMNS = (
    *(_M.id, _M.message_id, _M.direction, _M.from_address, _M.to_addresses, _M.cc_addresses, _M.sent_at),
    *(_M.subject, _M.new_text, _M.reading, _M.details, _M.conversation_id, _M.account_id),
)

_HEARD_THERE = (
    select(*_COLUMNS).where(one_of(_M.conversation_id, "ids"), among(_M.kind, HEARD)).order_by(_M.sent_at, _M.id)
)
_OURS = (
    select(*_COLUMNS)
    .where(one_of(_M.account_id, "accounts"), _M.direction == Direction.OUT, _M.kind == MailKind.COLLEAGUE)
    .where(_M.sent_at >= bindparam("since"))
    .order_by(_M.sent_at, _M.id)
    .limit(MOST_SENT)
)


def _messages(session: Session, conversations: Sequence[Conversation], shelf: _Shelf) -> None:
    for row in session.execute(_HEARD_THERE, {"ids": [c.id for c in conversations]}):
        shelf.messages[row.conversation_id].append(_msg(row))


def _sent_elsewhere(session: Session, conversations: Sequence[Conversation], shelf: _Shelf) -> None:
    """Our mail to the account in its other conversations since the first promise: one of them may keep it."""
    since: dict[int, datetime] = {}
    for conversation in conversations:
        made = [m.sent_at for m in shelf.messages[conversation.id] if m.reading.pledges]
        if made and conversation.account_id:
            since[conversation.account_id] = min(made[0], since.get(conversation.account_id, made[0]))
    if not since:
        return
    for row in session.execute(_OURS, {"accounts": list(since), "since": min(since.values())}):
        shelf.sent[row.account_id or 0].append((row.conversation_id, _msg(row)))


def _msg(row: Row[Any]) -> Msg:
    return Msg(
        id=row.id,
        message_id=row.message_id,
        direction=Direction(row.direction),
        author=row.from_address,
        to=tuple(row.to_addresses),
        cc=tuple(row.cc_addresses),
        sent_at=row.sent_at,
        subject=row.subject,
        text=row.new_text,
        automatic=False,
        attachments=row.details.get("attachments", 0),
        reading=Reading.from_json(row.reading),
    )


_CONTACTS = select(Contact.email, Contact.name, Contact.title, Contact.title_source).where(
    one_of(Contact.email, "emails")
)
_PEOPLE = (
    select(Person.email, Person.name, Person.title, Team.name)
    .outerjoin(Team, Team.id == Person.team_id)
    .where(one_of(Person.email, "emails"))
)


def _parties(session: Session, shelf: _Shelf) -> None:
    """Everybody on a header line; our directory outranks their contacts."""
    wanted = sorted({a for ms in shelf.messages.values() for m in ms for a in (m.author, *m.to, *m.cc)})
    if not wanted:
        return
    shelf.parties.update({a: Party(a) for a in wanted})
    for email, name, title, source in session.execute(_CONTACTS, {"emails": wanted}):
        shelf.parties[email] = Party(email, name, title=title, title_source=source)
    for email, name, title, team in session.execute(_PEOPLE, {"emails": wanted}):
        shelf.parties[email] = Party(email, name, ours=True, team=team or "", title=title, title_source="directory")
    for address, team in team_mailboxes(session, wanted).items():
        shelf.parties[address] = replace(shelf.parties[address], ours=True, team=team, shared=True)


_TEAMS = select(Team).where(one_of(Team.id, "ids"))


def _calendars(session: Session, conversations: Sequence[Conversation], shelf: _Shelf) -> None:
    teams = sorted({c.team_id for c in conversations if c.team_id})
    if not teams:
        return
    for team in session.scalars(_TEAMS, {"ids": teams}):
        shelf.calendars[team.id] = calendar_of(team)


_ACCOUNTS = select(Account).where(one_of(Account.id, "ids"))
_DOMAINS = select(AccountDomain.account_id, AccountDomain.domain).where(one_of(AccountDomain.account_id, "ids"))


def _accounts(session: Session, accounts: list[int], shelf: _Shelf) -> None:
    for row in session.scalars(_ACCOUNTS, {"ids": accounts}):
        shelf.accounts[row.id] = row
    for account, domain in session.execute(_DOMAINS, {"ids": accounts}):
        shelf.domains[account].add(domain)


_SIGHTINGS = (
    select(Sighting)
    .where(one_of(Sighting.account_id, "accounts"), one_of(Sighting.address, "addresses"))
    .order_by(Sighting.conversation_id)
)


def _sightings(session: Session, accounts: list[int], shelf: _Shelf) -> None:
    outside = sorted(a for a, party in shelf.parties.items() if not party.ours)
    for row in session.scalars(_SIGHTINGS, {"accounts": accounts, "addresses": outside}):
        shelf.sightings[row.account_id or 0].append(row)


def _seen_before(conversation: Conversation, shelf: _Shelf) -> dict[str, datetime]:
    """When each address was last on the account's other mail before it first came up in this conversation."""
    rows = shelf.sightings[conversation.account_id or 0]
    first_here = {r.address: r.first_at for r in rows if r.conversation_id == conversation.id}
    seen: dict[str, datetime] = {}
    for row in rows:
        here = first_here.get(row.address)
        if row.conversation_id == conversation.id or here is None or row.first_at >= here:
            continue
        last = min(row.last_at, here)
        seen[row.address] = max(seen.get(row.address, last), last)
    return seen


_FORCED = select(Promise).where(one_of(Promise.conversation_id, "ids"), Promise.forced).order_by(Promise.id)


def _forced(session: Session, conversations: Sequence[Conversation], shelf: _Shelf) -> None:
    for row in session.scalars(_FORCED, {"ids": [c.id for c in conversations]}):
        shelf.forced[row.conversation_id or 0].append(
            ForcedPromise(
                message_id=row.message_id,
                start=row.start,
                state=PromiseState(row.state),
                due=row.due_at,
                quote=row.quote,
                made_at=row.made_at,
                made_by=row.made_by,
            )
        )


def before_of(conversation: Conversation) -> Before:
    """What stood at the last evaluation, as `remember` wrote it."""
    levels = conversation.risk_state.get("levels", {})
    return Before(
        levels={Signal(k): (Level(v), datetime.fromisoformat(at)) for k, (v, at) in levels.items()},
        risk=Risk(conversation.risk),
        risk_since=conversation.risk_since,
    )
