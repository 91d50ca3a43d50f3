"""`signed off`: the customer says that it is settled; their own sentence is kept."""

import re
from typing import Any

from workflow.dates import When
from workflow.signoff import sign_off_by_hand, sign_off_by_mail, withdraw_sign_off
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work, bare

_QUOTED = re.compile(r'["“„«](.{3,})["”“»][.!]?', re.DOTALL)
_BY_HAND = re.compile(r'([^"“„«:]{2,120}):\s*(\S.*)', re.DOTALL)
_NEEDED = (
    'Quote their mail, `signed off: "their words"`, or name who said it: `signed off: Ana by phone: "their words"`.'
)


def _parse(rest: Rest, when: When) -> Args | None:
    if not rest.colon:
        return None if bare(rest, when) is None else {"who": None, "quote": None}
    quoted = _QUOTED.fullmatch(rest.text)
    if quoted is not None:
        return {"who": None, "quote": quoted[1].strip()}
    by_hand = _BY_HAND.fullmatch(rest.text)
    if by_hand is None:
        raise BadArgumentError(_NEEDED)
    said = _QUOTED.fullmatch(by_hand[2])
    return {"who": by_hand[1].strip(), "quote": (said[1] if said else by_hand[2]).strip()}


def _run(work: Work) -> Outcome:
    who, quote = work.args["who"], work.args["quote"]
    if who is None:
        made = sign_off_by_mail(work.session, work.by, work.escalation, quote)
    else:
        made = sign_off_by_hand(work.session, work.by, work.escalation, who, quote)
    return Outcome(
        f"The customer's sign-off is on the record: {made.by_address}: “{made.quote}”", {"sign_off": made.id}
    )


def _undo(work: Work, before: dict[str, Any]) -> None:
    withdraw_sign_off(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="signed off",
    aliases=("sign-off", "sign off", "signoff"),
    usage='signed off: who: "words"',
    meaning="the customer says it is settled; bare, it quotes their last mail",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
