"""`sev 1` or `sev 1: why`: which severity path, with its duties, the escalation takes."""

import re
from dataclasses import replace
from typing import Any

from store.tasks import Duty
from workflow.dates import When
from workflow.duties import follow_path, is_held
from workflow.paths import named_trigger, take_path
from workflow.standing import carry_risk
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_PATH = re.compile(r"([12])[.!]?(?:\s*:\s*(.*))?", re.DOTALL)
_NEEDED = "There are two paths: `sev 1` and `sev 2`, with a reason if you like: `sev 1: the board asks daily`."
SHOWN_DUTIES = 4


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _PATH.fullmatch(rest.text)
    if match is not None:
        return {"path": int(match[1]), "why": (match[2] or "").strip() or None}
    if len(rest.text.split()) <= 1 and not rest.text.endswith("?"):
        raise BadArgumentError(_NEEDED)
    return None


def _run(work: Work) -> Outcome:
    path, why, before = work.args["path"], work.args.get("why"), work.escalation.path
    trigger = named_trigger(work.context.playbooks, path, why)
    reason = f"{trigger.title}: {why}" if trigger is not None else why
    by = replace(work.by, reason=reason) if reason else work.by
    held = is_held(work.session, work.escalation)
    begun = take_path(work.session, by, work.escalation, path, work.context.playbooks)
    if held:
        carry_risk(work.session, work.by, work.escalation, work.context.policy.risk, lifted=True)
    said = f"{work.number} is on the Sev {path} path now; it was Sev {before}."
    return Outcome(" ".join([said, *_begun(work, begun)]), {"path": before})


def _begun(work: Work, begun: list[Duty]) -> list[str]:
    dated = sorted((row for row in begun if row.due_at), key=lambda row: (row.due_at, row.n))
    if not dated or dated[0].due_at is None:
        return []
    first = [row for row in dated if row.due_at == dated[0].due_at]
    named = "; ".join(f"{row.n} {row.text}" for row in first[:SHOWN_DUTIES])
    more = ", and more" if len(first) > SHOWN_DUTIES else ""
    return [
        f"It brings {len(begun)} duties. Due first, by {work.says(dated[0].due_at)}: {named}{more}.",
        "`status` lists all; `did N: how` calls one done.",
    ]


def _undo(work: Work, _before: dict[str, Any]) -> None:
    held = is_held(work.session, work.escalation)
    if work.context.playbooks is not None:
        follow_path(work.session, work.by, work.escalation, work.context.playbooks)
    if held:
        carry_risk(work.session, work.by, work.escalation, work.context.policy.risk, lifted=True)


VERB = Verb(
    name="sev",
    aliases=("severity",),
    usage="sev 1",
    meaning="put it on path Sev 1 or Sev 2; a reason may follow: `sev 1: why`",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
)
