"""Gathers what one letter shows: proofs, how things stand, and the reader's ready-made answers."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import phrases
from alerts.answers import PROPOSED, RAISE, fill_in, item_offers, link, offers
from alerts.candidate import Candidate
from alerts.clean import header_text, one_line
from alerts.clockwork import zone_of
from alerts.dutyoffers import duty_offers
from alerts.letter import Answer, Letter, Proof, cleaned
from alerts.recordrows import record_rows
from config.words import NoticeKind, State
from store.people import Contact, Person
from store.views import EscalationView, PromiseView, doubts_about

MOST_PROOFS = 3
MOST_PROMISES = 2
DELAYED = timedelta(hours=1)
"""A notice that waited longer says when it was raised, so that old news is not taken for new."""


@dataclass(frozen=True)
class Reader:
    """The person a letter is for, with the private address that answers go to."""

    person: Person
    reply_to: str
    now: datetime


def letter(session: Session, candidate: Candidate, reader: Reader, view: EscalationView | None) -> Letter:
    """All that the mail shows."""
    notice, person = candidate.notice, reader.person
    facts = _with_names(session, cleaned(notice.facts))
    delayed = reader.now - notice.created_at > DELAYED and candidate.kind is not NoticeKind.DIGEST
    return Letter(
        kind=candidate.kind.value,
        reader=one_line(person.name, 60),
        reader_id=person.id,
        zone=zone_of(person),
        zone_name=one_line(person.zone, 40),
        why=because(str(facts.get("why", ""))),
        facts=facts,
        number=view.number if view else "",
        about=about(view),
        view=view,
        proofs=_proofs(_doubted(session, facts.get("evidence", []))),
        # A page shows it all already.
        state=state_rows(view, reader) if view and not facts.get("pages") else (),
        answers=_answers(candidate, view, reader) if view else (),
        delayed_since=notice.created_at if delayed else None,
    )


def about(view: EscalationView | None) -> str:
    """The customer's name, or the title when the customer is not known."""
    return one_line((view.account or view.title) if view else "", 80)


def because(why: str) -> str:
    """A reason as the end of "You get this because ..."; reasons kept on a participant are shorter."""
    text = one_line(why).rstrip(".")
    if text == "owner":
        return "you own it"
    if text.startswith("named"):
        return f"you were {text}"
    if text.split(" ")[0] in ("you", "your", "somebody", "nobody", "it", "the", "an", "a"):
        return text
    return f"you are on this escalation ({text})" if text else "you are on this escalation"


def state_rows(view: EscalationView, reader: Reader) -> tuple[tuple[str, str], ...]:
    """How things stand now, as label and sentence."""
    zone, now = zone_of(reader.person), reader.now
    rows = [
        ("Subject", one_line(view.title, 120)),
        ("State", f"{phrases.words(view.state)}, opened {phrases.when(view.opened_at, zone, now)}"),
        ("Risk", f"{view.risk}, priority {view.priority}"),
        ("Owner", _owner(view, reader.person.id)),
        ("Next step", _next_step(view, reader)),
    ]
    if view.waiting_on:
        rows.append(("Waiting on", one_line(view.waiting_on, 80)))
    rows += record_rows(view)
    rows += [("Promise", _promise(p, reader)) for p in view.open_promises[:MOST_PROMISES]]
    return tuple(rows)


def _owner(view: EscalationView, reader_id: int) -> str:
    if view.owner is None:
        return "nobody yet"
    return "you" if view.owner.id == reader_id else one_line(view.owner.name, 80)


def _next_step(view: EscalationView, reader: Reader) -> str:
    if not view.next_step:
        return "none written down"
    if view.next_step_due is None:
        return one_line(view.next_step)
    due = phrases.when(view.next_step_due, zone_of(reader.person), reader.now)
    return f"{one_line(view.next_step)} (by {due}{', overdue' if view.next_step_overdue else ''})"


def _promise(promise: PromiseView, reader: Reader) -> str:
    text = f"“{one_line(promise.quote, 160)}”"
    if promise.due_at is None:
        return f"{text} (no date)"
    due = phrases.when(promise.due_at, zone_of(reader.person), reader.now)
    return f"{text} due {due} ({phrases.relative(promise.due_at, reader.now)})"


def _doubted(session: Session, evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The evidence, with a mark on the author of a mail that failed the sender check or came uninvited (A43)."""
    doubts = doubts_about(session, [each["message_id"] for each in evidence if "message_id" in each])
    return [
        {**each, "author": f"{one_line(each.get('author', ''), 60)} ({doubt})"}
        if (doubt := doubts.get(each.get("message_id", 0)))
        else each
        for each in evidence
    ]


def _proofs(evidence: list[dict[str, Any]]) -> tuple[Proof, ...]:
    """The strongest proofs; a sentence that proves two findings is shown once."""
    shown: dict[tuple[str, str], Proof] = {}
    for each in map(_proof, evidence):
        key = (each.quote, each.author)
        if key in shown:
            shown[key] = replace(shown[key], also=(*shown[key].also, each))
        elif len(shown) < MOST_PROOFS:
            shown[key] = each
    return tuple(shown.values())


def _proof(evidence: dict[str, Any]) -> Proof:
    return Proof(
        str(evidence.get("signal", "")),
        one_line(evidence.get("quote", ""), 400),
        one_line(evidence.get("author", ""), 80),
        phrases.moment(evidence.get("sent_at")),
        one_line(evidence.get("clears_when", "")).rstrip("."),
    )


def _answers(candidate: Candidate, view: EscalationView, reader: Reader) -> tuple[Answer, ...]:
    subject = f"[{view.number}] {header_text(about(view), 80)}"
    undo = bool(candidate.notice.facts.get("undo")) and candidate.kind is NoticeKind.ANSWER
    found = offers(candidate.kind, view, reader.person.id, undo=undo)
    if candidate.notice.facts.get("proposal") and view.state == State.OPEN:
        found = (*PROPOSED, *found)
    items = candidate.notice.facts.get("items")
    if candidate.kind is NoticeKind.ACTION_ITEM and items:
        found = item_offers(items[0].get("n"))
    if candidate.notice.facts.get("pages"):
        found = tuple(each for each in found if each.words != "status")
    if candidate.kind is NoticeKind.DUTY_OVERDUE:
        found = duty_offers(candidate.notice.facts)
    elif (candidate.notice.facts.get("path") or {}).get("raised") is False and view.path != 1:
        found = (RAISE, *found)
    form = candidate.notice.facts.get("form")
    first = fill_in(form, reader.reply_to, subject) if form and candidate.kind is NoticeKind.ANSWER else None
    links = tuple(link(offer, reader.reply_to, subject) for offer in found)
    return links if first is None else (first, *links)


def _with_names(session: Session, facts: dict[str, Any]) -> dict[str, Any]:
    """The audit names people by address; a mail names them as colleagues do."""
    who = [facts[key] for key in ("by", "from", "to", "added_by") if isinstance(facts.get(key), str)]
    found = session.execute(select(Person.email, Person.name).where(Person.email.in_(who)))
    names: dict[str, str] = dict(found.all())
    if "who" not in facts and isinstance(facts.get("address"), str):
        name = session.scalar(select(Contact.name).where(Contact.email == facts["address"]))
        facts["who"] = name or facts["address"]
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in facts.items()}
