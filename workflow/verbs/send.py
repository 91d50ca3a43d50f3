"""`send n`: mails a draft to the customer, after a confirm; it cannot be unsent."""

import re

from workflow.customer import approve, numbered
from workflow.dates import When
from workflow.trust import Trust
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work

_NUMBER = re.compile(r"(?:draft )?#?(\d{1,3})[.!]?", re.ASCII | re.IGNORECASE)


def number(rest: Rest, _when: When) -> Args | None:
    """The number of a draft; anything else is a sentence."""
    match = None if rest.colon else _NUMBER.fullmatch(rest.text)
    return None if match is None else {"n": int(match[1])}


def _run(work: Work) -> Outcome:
    mail = numbered(work.session, work.escalation, work.args["n"])
    approve(work.session, work.by, work.escalation, mail, work.context)
    return Outcome(f"Draft {mail.n} goes to {mail.to_addresses[0]} now, from {mail.from_address}. It cannot be unsent.")


VERB = Verb(
    name="send",
    usage="send 1",
    meaning="mail draft 1 to the customer; it cannot be unsent",
    parse=number,
    run=_run,
    trust=Trust.CONFIRMED,
    # A mail that went out cannot be taken back; `discard` stops one that has not.
    can_undo=False,
    everyday=True,
)
