"""`move 3 to Friday: why`: action item 3 gets another day."""

import re
from datetime import datetime

from store.tasks import ActionItem
from workflow.actions import move_action
from workflow.dates import When, parse_date
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work
from workflow.verbs.items import NUMBER, by_reason, change, undo

_TO = re.compile(rf"{NUMBER.pattern} (?:to|until|by) (\S.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
_LONGEST_DATE = 60


def _parse(rest: Rest, when: When) -> Args | None:
    match = _TO.fullmatch(rest.text)
    if match is None:
        return None
    for colon in re.finditer(":", match[2][:_LONGEST_DATE]):
        due = parse_date(match[2][: colon.start()], when)
        why = match[2][colon.end() :].strip()
        # The colon of "17:30" has a date before it too, "today 17".
        if due is None or not why or why[:2].isdigit():
            continue
        if due <= when.now:
            raise BadArgumentError("That day is over already; an action item needs one still to come.")
        return {"n": int(match[1]), "due": due.isoformat(), "why": why}
    if parse_date(match[2], when) is not None:
        raise BadArgumentError(
            f"Moving an action item needs a reason: `move {match[1]} to {match[2].rstrip('.')}: why`."
        )
    return None


def _run(work: Work) -> Outcome:
    due = datetime.fromisoformat(work.args["due"])

    def move(item: ActionItem) -> None:
        move_action(work.session, by_reason(work), work.escalation, item, due)

    item, saved = change(work, move)
    return Outcome(f"Action item {item.n} of {work.number} is due {work.says(due)} now: {item.text[:200]}", saved)


VERB = Verb(
    name="move",
    usage="move 3 to DATE: why",
    meaning="action item 3 gets another day",
    parse=_parse,
    run=_run,
    undo=undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
