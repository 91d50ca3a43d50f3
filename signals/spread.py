"""S5: the issue wanders from team to team on our side."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import re2

from config.fold import fold
from config.words import Direction, Level, Signal
from signals.evidence import Cited, cite_best
from signals.facts import Msg, Party
from signals.levels import STRENGTHS
from signals.view import Raised, Verdict, View

CLEARS = "one team keeps it for a week"

_LEVELS = (Level.CLEAR, Level.CLEAR, Level.WATCH, Level.RAISED, Level.CRITICAL)
"""Level by number of teams; more than four are no worse than four."""

_FORWARDED = re2.compile(rb"^\W*(?:(?:re|aw|sv|res|rv) ?: ?)*(?:fwd?|wg|weitergeleitet|tr|rv|reenv|enc|i|vs) ?: ?")
"""How a forwarded mail's subject begins in the five languages' mail programs."""

_ROBOT = re2.compile(
    rb"^(?:no-?reply|do-?not-?reply|monitor\w*|alert\w*|bot|\w+-bot|robot|system|nagios|zabbix|grafana|jira|jenkins|cron"
    rb"|root|daemon|mailer-daemon|postmaster|notifications?|automat\w*|ticket(?:s|ing|system)?)(?:[+._-][^@]*)?@"
)
"""Addresses that machines write from."""

_ALIAS = re2.compile(
    rb"\b(?:the|team|desk|group|squad|dept|department|abteilung|gruppe|equipe|equipo|equipa|servicio|[lt][1-4]"
    rb"|(?:tier|level) ?[1-4]|(?:first|second|third|1st|2nd|3rd)[ -](?:line|level))\b|[^a-z0-9]+"
)
"""What two names of one team may differ by."""


@dataclass(frozen=True)
class _Act:
    """A team did something on the issue, or was handed it."""

    at: datetime
    team: str
    name: str
    how: str
    cited: Cited


def judge(view: View) -> Verdict:
    """Level 1 for two teams within the window, 2 for three, 3 for four or more; planned swarming says nothing."""
    if view.facts.swarming:
        return Verdict()
    window = timedelta(days=view.policy.signals.spread_window_calendar_days)
    acts = sorted((a for a in _acts(view) if view.now - window < a.at <= view.now), key=lambda a: a.at)
    first: dict[str, _Act] = {}
    for act in acts:
        first.setdefault(act.team, act)
    level = _LEVELS[min(len(first), len(_LEVELS) - 1)]
    review = [act.at + window for act in acts] if len(first) > 1 else []
    return Verdict(_raised(view, level, acts, list(first.values())) if level else None, review)


def _raised(view: View, level: Level, acts: list[_Act], joined: list[_Act]) -> Raised:
    newest = joined[-1]
    return Raised(
        signal=Signal.SPREAD,
        level=level,
        strength=STRENGTHS[level],
        cited=newest.cited,
        found_at=newest.at,
        last_evidence_at=acts[-1].at,
        clears_when=CLEARS,
        half_life=view.policy.signals.half_lives[Signal.SPREAD],
        fades_from=acts[-1].at,
        features={
            "teams": len(joined),
            "handovers": [{"at": a.at.isoformat(), "team": a.name, "how": a.how} for a in joined],
        },
    )


def _acts(view: View) -> list[_Act]:
    acts: list[_Act] = []
    for msg in view.messages:
        if msg.direction is Direction.IN:
            continue
        author = _team(view, msg.author)
        if author is not None:
            acts.append(_act(msg, author, "wrote"))
        acts += [_act(msg, party, "was handed it") for party in _handed(view, msg, author)]
    return acts + _assigned(view)


def _act(msg: Msg, party: Party, how: str) -> _Act:
    return _Act(msg.sent_at, _plain(party.team), party.team, how, cite_best(msg, "structure.spread", "handover"))


def _assigned(view: View) -> list[_Act]:
    """Hand-overs that the record tells; the mail before them is what they can be read by."""
    acts = []
    for handover in view.facts.handovers:
        before = [m for m in view.messages if m.sent_at <= handover.at] or view.messages[:1]
        if before and handover.team:
            cited = cite_best(before[-1], "structure.assigned", "handover")
            acts.append(_Act(handover.at, _plain(handover.team), handover.team, handover.why or "was assigned", cited))
    return acts


def _handed(view: View, msg: Msg, author: Party | None) -> list[Party]:
    """Colleagues of other teams that a mail gives the matter to: it is forwarded to them, or its words say so.

    Mail to the customer hands over only by its words, and then whoever of us is in copy is meant.
    """
    inside = msg.direction is Direction.INTERNAL
    said = msg.reading.has("handover")
    if not said and not (inside and _FORWARDED.match(fold(msg.subject))):
        return []
    found = [_team(view, address) for address in (msg.to if inside else (*msg.to, *msg.cc))]
    mine = _plain(author.team) if author else ""
    return [party for party in found if party is not None and not party.shared and _plain(party.team) != mine]


def _team(view: View, address: str) -> Party | None:
    """Who of ours this is, with a team; None for customers, strangers and machines."""
    party = view.facts.parties.get(address)
    if party is None or not party.ours or not party.team or _ROBOT.match(fold(address)):
        return None
    return party


def _plain(team: str) -> str:
    """The team's name without what its aliases differ by; names of nothing else stay as they are."""
    folded = fold(team)
    return _ALIAS.sub(b"", folded).decode() or folded.decode()
