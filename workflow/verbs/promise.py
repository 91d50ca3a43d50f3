"""`promise DATE: text`: something we owe the customer by a day."""

import re
from datetime import datetime
from typing import Any

from config.words import PromiseState
from store.risk import Promise
from workflow.commitments import add_promise, settle_promise
from workflow.dates import When, parse_date
from workflow.errors import Refused
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work


def _parse(rest: Rest, when: When) -> Args | None:
    # The colon of "17:30" is not the one that parts date and text: the first with a date before it is.
    for colon in re.finditer(":", rest.text[:60]):
        due = parse_date(rest.text[: colon.start()], when)
        text = rest.text[colon.end() :].strip()
        if due is None or not text or text[0].isdigit():
            continue
        if due <= when.now:
            raise BadArgumentError("That day is over already; a promise needs a date still to come.")
        return {"due": due.isoformat(), "text": text}
    if rest.colon or ":" in rest.text:
        raise BadArgumentError("I could not read the date. Write it as in `promise Friday 17:00: root cause report`.")
    return None


def _run(work: Work) -> Outcome:
    due = datetime.fromisoformat(work.args["due"])
    made = add_promise(work.session, work.by, work.escalation, work.args["text"], due)
    return Outcome(f"Noted: we owe the customer by {work.says(due)}: {made.quote}.", {"promise": made.id})


def _undo(work: Work, before: dict[str, Any]) -> None:
    made = work.session.get(Promise, before["promise"])
    if made is not None and made.state == PromiseState.KEPT:
        raise Refused("That promise was kept since, so I left it as it is.")
    if settle_promise(work.session, work.by, work.escalation, before["promise"], PromiseState.WITHDRAWN) is None:
        raise Refused("That promise stands elsewhere by now.")


VERB = Verb(
    name="promise",
    usage="promise DATE: text",
    meaning="what we owe the customer by a day",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
)
