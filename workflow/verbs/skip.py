"""`skip 2: why`: a duty of the playbook is left out this time."""

from config.recordwords import DutyState
from workflow.dates import When
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work
from workflow.verbs.did import numbers, settle_all, take_back

_NEEDED = "Leaving a duty out needs its number and a reason: `skip 2: nothing has changed`."


def _parse(rest: Rest, _when: When) -> Args | None:
    found = numbers(rest.text)
    if rest.colon or (found is not None and not found[1]):
        raise BadArgumentError(_NEEDED)
    return None if found is None else {"duties": found[0], "text": found[1]}


def _run(work: Work) -> Outcome:
    return settle_all(work, DutyState.SKIPPED)


VERB = Verb(
    name="skip",
    usage="skip 2: why",
    meaning="leave a duty of the playbook out this time",
    parse=_parse,
    run=_run,
    undo=take_back,
    lines=Lines.WRAPPED,
)
