"""`anchor deal D-7`: which lead, deal, project or task the escalation belongs to; `anchor none` for nothing."""

from typing import Any

from store.anchors import Anchor
from workflow.anchornames import need_name, read_name
from workflow.anchors import attach, find_anchor, name_of
from workflow.dates import When
from workflow.errors import Refused
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_NONE = ("none", "nothing")
_NEEDED = "Name a lead, deal, project or task by its id, as in `anchor deal D-7`; `anchor none` takes it off."


def _parse(rest: Rest, _when: When) -> Args | None:
    text = rest.text.rstrip(".!").strip()
    if text.lower() in _NONE:
        return {"to": None}
    if read_name(text) is not None:
        return {"to": text}
    if rest.colon or not text:
        raise BadArgumentError(_NEEDED)
    return None


def _run(work: Work) -> Outcome:
    before, to = work.escalation.anchor_id, work.args["to"]
    anchor = None if to is None else find_anchor(work.session, work.by.person_id, need_name(to))
    attach(work.session, work.by, work.escalation, anchor)
    kept = {"before": before, "after": work.escalation.anchor_id}
    if anchor is None:
        return Outcome(f"{work.number} is attached to nothing now.", kept)
    return Outcome(f"{work.number} belongs to {name_of(anchor)} now: {anchor.name}", kept)


def _undo(work: Work, kept: dict[str, Any]) -> None:
    if work.escalation.anchor_id != kept["after"]:
        raise Refused(f"What {work.number} is attached to was changed since, so I left everything as it is.")
    attach(work.session, work.by, work.escalation, work.session.get(Anchor, kept["before"] or 0), "undo of `anchor`")


VERB = Verb(
    name="anchor",
    usage="anchor deal D-7",
    meaning="the lead, deal, project or task it belongs to, or none",
    parse=_parse,
    run=_run,
    undo=_undo,
)
