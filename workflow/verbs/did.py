"""`did 2: text`: a duty of the playbook is done."""

import re
from typing import Any

from config.recordwords import DutyState
from config.words import State
from store.tasks import Duty
from workflow.dates import When
from workflow.duties import Word, find_duty, reopen_duty, settle_duty
from workflow.errors import Refused
from workflow.standing import carry_risk
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_NUMBERS = r"#?(\d{1,4}(?:(?:\s*,\s*|\s*(?:and|&|\+)\s*)#?\d{1,4}){0,19})"
_DID = re.compile(rf"(?:duty |duties )?{_NUMBERS}(?:\s*:\s*(.*)|[.!]?)", re.ASCII | re.IGNORECASE | re.DOTALL)


def numbers(text: str) -> tuple[list[int], str] | None:
    """The numbers a text begins with, and what stands behind the colon; None when it is a sentence."""
    match = _DID.fullmatch(text)
    if match is None:
        return None
    return list(dict.fromkeys(map(int, re.findall(r"\d+", match[1])))), (match[2] or "").strip()


def settle_all(work: Work, to: DutyState) -> Outcome:
    """Settle each duty the command names; those that are not open are named, and refuse the line only when all are."""
    if work.escalation.state == State.CLOSED:
        raise Refused(f"{work.number} is closed; write `reopen: why` first.")
    found = {n: _find(work, n) for n in work.args["duties"]}
    rows = [each for each in found.values() if isinstance(each, Duty)]
    if not rows:
        raise Refused(str(next(iter(found.values()))))
    word = Word(to, work.args["text"])
    settled = [settle_duty(work.session, work.by, row, word, work.context.playbooks) for row in rows]
    overdue = any(row.told_overdue_at is not None for row in rows)
    if overdue:
        carry_risk(work.session, work.by, work.escalation, work.context.policy.risk, lifted=True)
    says = [f"Duty {each.duty.n} ({each.duty.text}) is {to}." for each in settled]
    following = [each.following for each in settled if each.following is not None]
    says += [f"It comes again as {row.n}, due {work.says(row.due_at)}." for row in following if row.due_at]
    # The record may have done a duty since the alert that named it.
    not_open = [str(_find(work, n)) for n, each in found.items() if isinstance(each, str)]
    return Outcome(" ".join([*says, *not_open]), {"settled": [each.to_json() for each in settled]})


def _find(work: Work, n: int) -> Duty | str:
    """The open duty of this number, or why there is none."""
    try:
        return find_duty(work.session, work.escalation, n)
    except Refused as refusal:
        return str(refusal)


def take_back(work: Work, before: dict[str, Any]) -> None:
    """Take back what `settle_all` did."""
    for settled in before["settled"]:
        reopen_duty(work.session, work.by, work.escalation, settled)
    carry_risk(work.session, work.by, work.escalation, work.context.policy.risk)


def _parse(rest: Rest, _when: When) -> Args | None:
    found = numbers(rest.text)
    if found is None and rest.colon:
        raise BadArgumentError("Say which duty by its number: `did 2: we called them`; `status` lists them.")
    return None if found is None else {"duties": found[0], "text": found[1]}


def _run(work: Work) -> Outcome:
    return settle_all(work, DutyState.DONE)


VERB = Verb(
    name="did",
    usage="did 2: how",
    meaning="a duty of the playbook is done (its number as `status` lists it)",
    parse=_parse,
    run=_run,
    undo=take_back,
    lines=Lines.WRAPPED,
)
