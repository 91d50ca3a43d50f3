"""What `risk:`, `assumption:`, `issue:` and `dependency:` have in common: each writes a line of the risk register."""

import re
from typing import Any

from config.recordwords import RegisterKind
from workflow.participants import find_names
from workflow.register import Entry, add_entry, take_entry_back
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon

_MITIGATION = re.compile(r"[.;,]?\s+(?:mitigation|plan b)\s*:\s*", re.IGNORECASE)


def entry_verb(kind: RegisterKind, meaning: str) -> Verb:
    """The verb that writes lines of this kind. Whom the text names first with `@` sees to it."""

    def run(work: Work) -> Outcome:
        text, *more = _MITIGATION.split(work.args["text"], maxsplit=1)
        people = find_names(work.session, work.args["text"]).people
        entry = Entry(kind, text, more[0] if more else "", people[0].id if people else None)
        made = add_entry(work.session, work.by, work.escalation, entry)
        who = f", {people[0].name} sees to it" if people else ""
        said = f"In the register as r{made.n}{who}: {made.text}"
        return Outcome(f"{said.rstrip('.')}. `settled r{made.n}: how` ends it.", {"id": made.id})

    return Verb(
        name=kind.value,
        usage=f"{kind.value}: text",
        meaning=meaning,
        parse=after_colon("text", needed=f"Write it behind the colon: `{kind.value}: what, mitigation: what we do`."),
        run=run,
        undo=_undo,
        lines=Lines.WRAPPED,
        everyday=True,
    )


def _undo(work: Work, before: dict[str, Any]) -> None:
    take_entry_back(work.session, work.by, work.escalation, before)
