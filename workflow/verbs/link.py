"""`link https://...`: a web address that belongs to the escalation."""

import re

from workflow.dates import When
from workflow.fields import add_link
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_ADDRESS = re.compile(r"<?[a-z][a-z0-9+.-]{0,20}:\S+>?|www\.\S+", re.IGNORECASE)


def _parse(rest: Rest, _when: When) -> Args | None:
    if _ADDRESS.fullmatch(rest.text):
        return {"link": rest.text}
    if rest.colon or not rest.text:
        raise BadArgumentError("Write the whole web address: `link https://wiki.example/pumps`.")
    return None


def _run(work: Work) -> Outcome:
    link = add_link(work.session, work.by, work.escalation, work.args["link"])
    return Outcome(f"{link} is among the links of {work.number} now.")


VERB = Verb(
    name="link",
    usage="link https://wiki.example/pumps",
    meaning="keep a web address that belongs to it",
    parse=_parse,
    run=_run,
    everyday=True,
)
