"""`kept [n]`: a promise was kept, whatever the mails say."""

import re
from typing import Any

from config.words import PromiseState
from workflow.commitments import Owed, promises_of, restore_promise, settle_promise
from workflow.dates import When
from workflow.errors import Refused
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work

_NUMBER = re.compile(r"(?:(?:promise )?#?(\d{1,4}))?[.!]?", re.ASCII | re.IGNORECASE)
_SETTLED_BY_HAND = (PromiseState.PENDING, PromiseState.UNARMED, PromiseState.MISSED)


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _NUMBER.fullmatch(rest.text)
    return None if match is None else {"n": None if match[1] is None else int(match[1])}


def _choose(work: Work) -> Owed:
    owed = [each for each in promises_of(work.session, work.escalation) if each.row.state in _SETTLED_BY_HAND]
    if not owed:
        raise Refused(f"No promise of {work.number} is open.")
    wanted = work.args["n"]
    chosen = owed if wanted is None else [each for each in owed if each.n == wanted]
    if len(chosen) == 1:
        return chosen[0]
    listed = "; ".join(f"`kept {each.n}` for: {each.row.quote[:80]}" for each in owed[:5])
    raise Refused(f"{'Which promise' if wanted is None else f'Promise {wanted} is not open'}? {listed}.")


def _run(work: Work) -> Outcome:
    owed = _choose(work)
    before = settle_promise(work.session, work.by, work.escalation, owed.row.id, PromiseState.KEPT)
    return Outcome(f"Good: promise {owed.n} counts as kept: {owed.row.quote[:200]}", before)


def _undo(work: Work, before: dict[str, Any]) -> None:
    restore_promise(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="kept",
    aliases=("promise kept",),
    usage="kept [n]",
    meaning="a promise was kept (n as listed by `status`)",
    parse=_parse,
    run=_run,
    undo=_undo,
)
