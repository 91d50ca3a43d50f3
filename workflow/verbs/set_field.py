"""`set FIELD: value`: a field that the installation declared for itself."""

import re

from workflow.dates import When
from workflow.fields import set_field
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_FIELD = re.compile(
    r"(?!(?:up|aside|the|an?|my|our|your|their|his|her|some)\b)"
    r"([^\W\d_][\w/&-]*(?:[ ][\w/&-]+){0,3})[ \t]*:(.*)",
    re.DOTALL | re.IGNORECASE,
)
"""A name of a field and its value; `set up a call: Friday` is a sentence."""


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _FIELD.fullmatch(rest.text)
    if match is not None:
        return {"field": match[1], "value": match[2].strip()}
    if rest.colon or not rest.text:
        raise BadArgumentError("Name the field and what it is: `set region: EMEA`.")
    return None


def _run(work: Work) -> Outcome:
    said = (work.args["field"], work.args["value"])
    return Outcome(set_field(work.session, work.by, work.escalation, said, work.context.fields))


VERB = Verb(
    name="set",
    usage="set FIELD: value",
    meaning="fill in a field of your own, as your file of fields declares it",
    parse=_parse,
    run=_run,
    lines=Lines.WRAPPED,
    everyday=True,
)
