"""`snooze 2d`: no mail about it for a while, to the one who writes it."""

from datetime import datetime, timedelta
from typing import Any

from store.record import Participant
from workflow.change import Step, written
from workflow.dates import When, parse_date
from workflow.record import add_participant
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

LONGEST = timedelta(days=30)
"""Longer than this is not a snooze but a wish to be taken off."""


def _parse(rest: Rest, when: When) -> Args | None:
    if rest.text.lower().rstrip(".!") in ("off", "end", "stop"):
        return {"until": None}
    until = parse_date(rest.text, when) if rest.text else None
    if until is None:
        if len(rest.text.split()) > 1 or rest.text.endswith("?"):
            return None
        raise BadArgumentError("Say for how long: `snooze 4h`, `snooze 2d`, `snooze until Monday` or `snooze off`.")
    if not when.now < until <= when.now + LONGEST:
        raise BadArgumentError(f"A snooze lasts {LONGEST.days} days at most.")
    return {"until": until.isoformat()}


def _place(work: Work) -> Participant:
    add_participant(work.session, work.by, work.escalation, work.person.id, "snoozed it")
    return work.session.get_one(Participant, (work.escalation.id, work.person.id))


def _set(work: Work, place: Participant, until: datetime | None) -> None:
    was, place.snoozed_until = place.snoozed_until, until
    said = [None if each is None else each.isoformat() for each in (was, until)]
    written(work.session, work.by, work.escalation, Step("snooze", said[0], said[1], detail={"who": work.by.actor}))


def _run(work: Work) -> Outcome:
    place = _place(work)
    before = {"until": None if place.snoozed_until is None else place.snoozed_until.isoformat()}
    until = None if work.args["until"] is None else datetime.fromisoformat(work.args["until"])
    _set(work, place, until)
    if until is None:
        return Outcome(f"You get mail about {work.number} again.", before)
    return Outcome(f"You get no mail about {work.number} until {work.says(until)}.", before)


def _undo(work: Work, before: dict[str, Any]) -> None:
    _set(work, _place(work), None if before["until"] is None else datetime.fromisoformat(before["until"]))


VERB = Verb(
    name="snooze",
    aliases=("mute",),
    usage="snooze 2d",
    meaning="no mail to you about it for that long; `snooze off` ends it",
    parse=_parse,
    run=_run,
    undo=_undo,
)
