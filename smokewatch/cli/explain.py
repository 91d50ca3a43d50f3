"""The `explain` command: the story of an escalation in order, with every proof and what would clear it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from sqlalchemy.orm import Session

from alerts.phrases import name_of, words
from config.policy import RiskPolicy
from config.words import Direction, Level
from smokewatch import report
from smokewatch.bootstrap import read_policy, utc_now
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json
from smokewatch.cli.rosterrows import roster_facts, show_roster
from smokewatch.cli.session import actor, opened
from store.people import Person
from store.record import Escalation
from store.story import Event, story
from store.views import EscalationView, escalation_view
from store.visibility import may_see
from workflow.standing import Together, account_standing_for, issue_standing

Facts = dict[str, Any]
_INDENT, _DEEP = (0, 0, 0, 7), (0, 0, 0, 9)
_WHO = {Direction.IN: "the customer", Direction.OUT: "to the customer", Direction.INTERNAL: "among us"}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(explain)


def explain(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Why an escalation stands where it does: mails, findings, promises, risk and acts in order."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        escalation = session.get(Escalation, number)
        if escalation is None or not may_see(session, person.id, number):
            refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
        view = escalation_view(session, number, utc_now(), app.workflow.fields)
        told = story(session, escalation)
        stands = _stands(session, person, escalation, read_policy(app.settings).risk)
        zone = ZoneInfo(person.zone)
        asked = roster_facts(session, person, number)
    if as_json:
        standing = {name: asdict(each) for name, each in stands.items()}
        show_json(
            {
                "escalation": view.to_json(),
                "standing": standing,
                "story": [event.to_json() for event in told],
                "roster": asked,
            }
        )
        return
    out = console()
    _tell(out, told, zone)
    _now(out, view, stands)
    show_roster(asked)


def _stands(session: Session, person: Person, escalation: Escalation, policy: RiskPolicy) -> dict[str, Together]:
    """The escalation and its account, each with the terms that make its level up."""
    now = utc_now()
    stands = {"issue": issue_standing(session, escalation, policy, now)}
    if escalation.account_id is not None:
        stands["account"] = account_standing_for(session, person, escalation.account_id, policy, now)
    return stands


def _tell(out: Console, told: list[Event], zone: tzinfo) -> None:
    day = None
    for event in told:
        at = event.at.astimezone(zone)
        if at.date() != day:
            day = at.date()
            out.print(Text(f"\n{at:%A} {at.day} {at:%B %Y}", style="bold"))
        head, *rest = in_words(event, zone)
        out.print(Text(f"{at:%H:%M}  ").append_text(head))
        for line in rest:
            out.print(Padding(line, _INDENT, expand=False))


def _mail(facts: Facts, _zone: tzinfo) -> list[Text]:
    direction = _WHO[Direction(facts["direction"])]
    return [Text(_flat(f"{facts['from']} wrote ({direction}): {facts['subject']}"))]


def _finding(facts: Facts, _zone: tzinfo) -> list[Text]:
    level, before = Level(facts["level"]), Level(facts["from_level"])
    moved = f"{before.name.lower()} → {level.name.lower()}" if level is not before else f"still {level.name.lower()}"
    known = "; ".join(f"{words(key)}: {_plain(value)}" for key, value in facts["features"].items() if value)
    proof = f"rule {facts['rule_id']}, words of {facts['lexicon_version']}, adds {facts['contribution']:.2f}"
    return [
        Text(f"{name_of(facts['signal'])}: {moved}", style="yellow" if level < Level.RAISED else "red"),
        Text(f"“{_flat(facts['quote'])}”", style="italic"),
        *([Text(_flat(known))] if known else []),
        Text(f"{proof}. Clears when {facts['clears_when']}.", style="dim"),
    ]


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _promise(facts: Facts, zone: tzinfo) -> list[Text]:
    due = facts["due"].astimezone(zone) if facts["due"] else None
    until = f", due {due:%a} {due.day} {due:%b %Y %H:%M}{' (assumed)' if facts['assumed'] else ''}" if due else ""
    return [Text(f"Promise {words(facts['to'])}: {facts['why']}{until}"), Text(f"“{_flat(facts['quote'])}”")]


def _risk(facts: Facts, _zone: tzinfo) -> list[Text]:
    terms = sorted(facts["terms"].items(), key=lambda term: -term[1])
    made = ", ".join(f"{name_of(name).lower()} {part:.2f}" for name, part in terms)
    rise = Text(f"Risk of conversation {facts['conversation']}: {facts['from']} → {facts['to']}", style="bold")
    return [rise, Text(f"score {facts['score']:.2f}" + (f" of {made}" if made else ""), style="dim")]


def _act(facts: Facts, _zone: tzinfo) -> list[Text]:
    before, after = facts["from_value"], facts["to_value"]
    change = f" {before} → {after or 'nothing'}" if before else f" {after or ''}"
    reason = f" - {facts['reason']}" if facts["reason"] else ""
    return [Text(_flat(f"{facts['actor']} ({facts['channel']}): {words(facts['action'])}{change}{reason}"))]


def _notice(facts: Facts, _zone: tzinfo) -> list[Text]:
    return [Text(f"Mail to {facts['to']}: {words(facts['kind'])}, {words(facts['state'])}", style="cyan")]


def _feedback(facts: Facts, _zone: tzinfo) -> list[Text]:
    about = f" ({name_of(facts['signal'])})" if facts["signal"] else ""
    why = f": {facts['why']}" if facts["why"] else ""
    return [Text(_flat(f"{facts['by']} called it {'useful' if facts['useful'] else 'noise'}{about}{why}"))]


_WORDS: dict[str, Callable[[Facts, tzinfo], list[Text]]] = {
    "mail": _mail,
    "promise": _promise,
    "finding": _finding,
    "risk": _risk,
    "record": _act,
    "notice": _notice,
    "feedback": _feedback,
}
"""Each kind of event in words: what happened, then its proof and the reasons."""


def in_words(event: Event, zone: tzinfo) -> list[Text]:
    """One event in words: what happened, then its proof and the reasons."""
    return _WORDS[event.kind](event.facts, zone)


def _flat(value: object) -> str:
    """One printable line; quotes and subjects come from outside."""
    return "".join(c if c.isprintable() else " " for c in " ".join(str(value).split()))


def _now(out: Console, view: EscalationView, stands: dict[str, Together]) -> None:
    """Where it stands now, with the terms that make the level up, and what would clear each."""
    out.print(Text("\nNow", style="bold"))
    out.print(report.headline(view))
    for name, each in stands.items():
        whole = "This escalation" if name == "issue" else f"The account {view.account}, all its conversations together"
        out.print(Padding(Text(f"{whole}: {each.risk.value}, score {each.score:.2f}"), _INDENT, expand=False))
        if each.floor is not None:
            late = "; ".join(each.floor.duties)
            held = f"Held at {each.floor.risk.value} or above while these duties are overdue: {late}"
            out.print(Padding(Text(held, style="dim"), _DEEP, expand=False))
        for term in sorted(each.terms, key=lambda term: -term.contribution):
            made = f"{term.contribution:.2f} = weight {term.weight:.2f} x strength {term.strength * term.decay:.2f}"
            out.print(Padding(Text(f"{name_of(term.signal)}: {made}", style="dim"), _DEEP, expand=False))
    for finding in view.findings:
        line = f"{name_of(finding.signal)} ({Level(finding.level).name.lower()}) clears when {finding.clears_when}."
        out.print(Padding(Text(line), _INDENT, expand=False))
