"""`settled r2: how`: a line of the risk register needs no care any more."""

import re
from typing import Any

from workflow.dates import When
from workflow.register import settle_entry, take_entry_back
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_ENTRY = re.compile(r"r(\d{1,3})[.!]?(?:\s*:\s*(.*))?", re.ASCII | re.IGNORECASE | re.DOTALL)


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _ENTRY.fullmatch(rest.text)
    if match is not None:
        return {"n": int(match[1]), "how": (match[2] or "").strip()}
    if rest.colon or re.match(r"\d+\s*[:.!]?$", rest.text):
        raise BadArgumentError("Say which line of the register: `settled r2: the vendor delivered`.")
    return None


def _run(work: Work) -> Outcome:
    n, how = work.args["n"], work.args["how"]
    row = settle_entry(work.session, work.by, work.escalation, n, how)
    stood = row.mitigation.removesuffix(how).removesuffix("; ") if how else row.mitigation
    return Outcome(f"r{n} is settled: {row.text}", {"id": row.id, "mitigation": stood})


def _undo(work: Work, before: dict[str, Any]) -> None:
    take_entry_back(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="settled",
    usage="settled r2: how",
    meaning="a line of the risk register is settled",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
