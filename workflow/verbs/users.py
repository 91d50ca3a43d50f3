"""`users 300`: how many people are affected."""

import re

from workflow.dates import When
from workflow.fields import set_users
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_NUMBER = re.compile(
    r"(?:about |around |~ ?|ca\.? ?)?(\d{1,3}(?:[ ,.'\u2019]\d{3})+|\d{1,12})( ?k)?(?: users?| people)?", re.ASCII
)
_UNKNOWN = ("none", "unknown", "not known")
_NEEDED = "Write the number of affected users: `users 300`; `users unknown` takes it back."


def _parse(rest: Rest, _when: When) -> Args | None:
    text = rest.text.rstrip(".!").strip().lower()
    if text in _UNKNOWN:
        return {"users": None}
    match = _NUMBER.fullmatch(text)
    if match is not None:
        return {"users": int(re.sub(r"\D", "", match[1])) * (1000 if match[2] else 1)}
    if rest.colon or not text:
        raise BadArgumentError(_NEEDED)
    return None


def _run(work: Work) -> Outcome:
    users = work.args["users"]
    set_users(work.session, work.by, work.escalation, users)
    if users is None:
        return Outcome(f"How many users {work.number} affects is not known now.")
    return Outcome(f"{work.number} affects {users:,} {'user' if users == 1 else 'users'}.")


VERB = Verb(
    name="users",
    aliases=("affected users", "users affected"),
    usage="users 300",
    meaning="how many people are affected; part of the impact",
    parse=_parse,
    run=_run,
    everyday=True,
)
