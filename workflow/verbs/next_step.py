"""`next: text [by DATE]`: what happens next, and by when."""

from datetime import datetime

from workflow.dates import When, parse_date
from workflow.record import set_next_step
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work


def _parse(rest: Rest, when: When) -> Args | None:
    if not rest.colon:
        return None
    if not rest.text:
        raise BadArgumentError("Say what happens next: `next: call the customer by Friday 5pm`.")
    # The last "by" that has a date behind it; "a fix by the vendor" has none.
    text, by, date = rest.text.rpartition(" by ")
    due = parse_date(date, when) if by else None
    return {"text": rest.text, "due": None} if due is None else {"text": text.strip(), "due": due.isoformat()}


def _run(work: Work) -> Outcome:
    due = None if work.args["due"] is None else datetime.fromisoformat(work.args["due"])
    set_next_step(work.session, work.by, work.escalation, work.args["text"], due)
    text = work.args["text"]
    said = f"The next step of {work.number} is: {text}"
    if due is not None:
        return Outcome(f"{said}, by {work.says(due)}.")
    # Who wrote a day that could not be read should not learn too late that nobody watches it.
    return Outcome(f"{said.rstrip('.')}. I found no date in it; one at the end, like `by Friday`, is watched.")


VERB = Verb(
    name="next",
    aliases=("next step",),
    usage="next: text [by DATE]",
    meaning="what happens next, and by when",
    parse=_parse,
    run=_run,
    lines=Lines.WRAPPED,
)
