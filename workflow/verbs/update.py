"""`update customer`, or `update: text`: a draft to the customer, shown in full and sent by nobody but `send n`."""

import re
from typing import Any

from config.recordwords import CustomerMailKind, CustomerMailState
from store.customer import CustomerMail
from workflow.customer import Wording, check_allowed, draft, numbered, say_state, thread_of, withdraw
from workflow.customertexts import compose
from workflow.dates import When
from workflow.errors import Refused
from workflow.pages import Page, page
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_CUSTOMER = re.compile(r"(?:the )?customer[.!]?", re.IGNORECASE)
_TO_CUSTOMER = re.compile(r"(?:the )?customer[ \t]*:\s*(.*)", re.IGNORECASE | re.DOTALL)


def _parse(rest: Rest, _when: When) -> Args | None:
    if not rest.colon and _CUSTOMER.fullmatch(rest.text):
        return {"text": None}
    match = None if rest.colon else _TO_CUSTOMER.fullmatch(rest.text)
    said = rest.text if rest.colon else match[1] if match is not None else None
    if said is None:
        return None
    if not said.strip():
        raise BadArgumentError("Write the text, or let me compose one: `update customer`.")
    return {"text": said.strip()}


def drafted(work: Work, kind: CustomerMailKind, text: str | None) -> Outcome:
    """Make a draft and show it in full."""
    check_allowed(work.context, kind)
    thread = thread_of(work.session, work.escalation, work.context)
    body = text or compose(work.session, work.by, work.escalation, thread.message, kind)
    made = draft(work.session, work.by, work.escalation, thread, Wording(kind, body))
    sentence = (
        f"Draft {made.n} is below; nothing has gone out. Answer `send {made.n}` and it goes to "
        f"{made.to_addresses[0]}, or `discard {made.n}`."
    )
    return Outcome(sentence, {"mail": made.n}, page=shown(made))


def shown(mail: CustomerMail) -> Page:
    """A mail to the customer as its reader would see it."""
    head = (f"From: {mail.from_address}", f"To: {', '.join(mail.to_addresses)}", f"Subject: {mail.subject}")
    return page([(f"Draft {mail.n}", head), ("", tuple(mail.text.split("\n")))], forward=True)


def _run(work: Work) -> Outcome:
    return drafted(work, CustomerMailKind.UPDATE, work.args["text"])


def undo_draft(work: Work, before: dict[str, Any]) -> None:
    """Withdraw what was drafted; where somebody has sent it since, only their word stops it."""
    mail = numbered(work.session, work.escalation, before["mail"])
    if mail.state != CustomerMailState.DRAFT:
        raise Refused(f"Draft {mail.n} is {say_state(mail)} since, so I left it as it is; see `discard {mail.n}`.")
    withdraw(work.session, work.by, work.escalation, mail)


VERB = Verb(
    name="update",
    usage="update customer",
    meaning="a draft to the customer on how things stand; `update: text` for your own words",
    parse=_parse,
    run=_run,
    undo=undo_draft,
    lines=Lines.REST,
    everyday=True,
)
