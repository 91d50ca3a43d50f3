"""`unlink 2`: a web address is taken off again."""

import re

from workflow.dates import When
from workflow.fields import remove_link
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_WHICH = re.compile(r"#?\d{1,3}[.!]?|https?:\S+", re.IGNORECASE)


def _parse(rest: Rest, _when: When) -> Args | None:
    if _WHICH.fullmatch(rest.text):
        return {"link": rest.text}
    if rest.colon or not rest.text:
        raise BadArgumentError("Say which link, by its number in `smokewatch show` or its address: `unlink 1`.")
    return None


def _run(work: Work) -> Outcome:
    gone = remove_link(work.session, work.by, work.escalation, work.args["link"])
    return Outcome(f"{gone} is taken off {work.number}.")


VERB = Verb(name="unlink", usage="unlink 1", meaning="take a link off", parse=_parse, run=_run)
