"""`rating 4: words`: how content the customer said they are, written down by hand."""

import re

from workflow.customer import thread_of
from workflow.dates import When
from workflow.errors import Refused
from workflow.ratings import Score, rate
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_SAID = re.compile(r"(\d{1,2})(?:[ ]?/[ ]?5)?[.!]?(?:[ \t]*:[ \t]*(.{0,500}))?", re.ASCII)


def _parse(rest: Rest, _when: When) -> Args | None:
    match = None if rest.colon else _SAID.fullmatch(rest.text)
    if match is None:
        return None
    if not 1 <= int(match[1]) <= 5:  # noqa: PLR2004 - the scale of customer satisfaction
        raise BadArgumentError("A rating is a number from 1 (not at all content) to 5: `rating 4: what they said`.")
    return {"score": int(match[1]), "text": (match[2] or "").strip()}


def _address(work: Work) -> str:
    """Whose rating it is: of the customer who wrote last, else what this person was told."""
    try:
        return thread_of(work.session, work.escalation, work.context).message.from_address
    except Refused:
        return work.by.actor


def _run(work: Work) -> Outcome:
    score = work.args["score"]
    rate(work.session, work.by, work.escalation, Score(score, work.args["text"], _address(work)))
    return Outcome(f"{work.number} is rated {score} of 5 by the customer.")


VERB = Verb(
    name="rating",
    usage="rating 4: what they said",
    meaning="how content the customer was, 1 to 5",
    parse=_parse,
    run=_run,
    # A wrong one is corrected by the right one, which takes its place.
    can_undo=False,
    everyday=True,
)
