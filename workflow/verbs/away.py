"""`away until Friday`: whoever writes it is away; their backup stands in until then."""

from datetime import datetime

from store.roster import Absence
from workflow.absence import set_away
from workflow.dates import When, parse_date
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_BEGINS = ("until ", "till ", "for ", "through ")


def _parse(rest: Rest, when: When) -> Args | None:
    text = rest.text.strip()
    low = text.lower()
    begins = next((each for each in _BEGINS if low.startswith(each)), None)
    if not text and rest.colon:
        raise BadArgumentError("Say until when: `away until Friday` or `away until 9 May`.")
    if begins is None and not rest.colon:
        return None
    until = parse_date(text[len(begins or "") :], when)
    if until is None:
        if len(low.split()) > 4:  # noqa: PLR2004 - a longer line is a sentence
            return None
        raise BadArgumentError("I could not read that date: `away until Friday` or `away until 9 May`.")
    return {"until": until.isoformat()}


def _run(work: Work) -> Outcome:
    until = datetime.fromisoformat(work.args["until"])
    absence = Absence(
        person_id=work.person.id, since=work.by.now, until=until, quote="", message_id=None, set_by=work.by.actor
    )
    said = set_away(work.session, work.by, absence, work.context.matrix)
    return Outcome(f"You are away until {work.says(until)}. {said} `back` ends it.")


VERB = Verb(
    name="away",
    usage="away until DATE",
    meaning="you are away; your backup stands in on what you own, and gets what would come to you",
    parse=_parse,
    run=_run,
    can_undo=False,
    everyday=True,
)
