"""`title ADDRESS: text`: what a contact of the customer is; `accept` or `refuse` for a title read from a signature."""

import re
from typing import Any

from store.people import Contact
from workflow.contacts import accept_title, contact_for, refuse_title, set_title
from workflow.dates import When
from workflow.errors import NotFound, Refused
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_SAID = re.compile(r"([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{3,255})[ \t]*:[ \t]*(.{0,120})")


def _parse(rest: Rest, _when: When) -> Args | None:
    match = None if rest.colon else _SAID.fullmatch(rest.text)
    if match is None:
        return None
    if not match[2].strip():
        raise BadArgumentError("Write the title, or answer the suggested one: `title ana@customer.example: accept`.")
    return {"address": match[1].lower(), "title": match[2].strip()}


def _contact(work: Work) -> Contact:
    contact = contact_for(work.session, work.person, work.args["address"])
    if contact.account_id != work.escalation.account_id:
        raise NotFound(f"{contact.email} is no contact of the customer of {work.number}.")
    return contact


def _run(work: Work) -> Outcome:
    contact, said = _contact(work), work.args["title"]
    before = {
        "contact": contact.id,
        "title": contact.title,
        "source": contact.title_source,
        "suggested": contact.suggested_title,
        "from": contact.suggested_from,
    }
    sentence = _do(work, contact, said)
    return Outcome(f"{contact.name or contact.email} {sentence}", before | {"after": contact.title})


def _do(work: Work, contact: Contact, said: str) -> str:
    """Take a suggested title, refuse it, or write another; what the contact is now."""
    word = said.rstrip(".!").lower()
    if word == "refuse":
        return f"is not taken for {refuse_title(work.session, work.by, contact)}; I will not ask again."
    if word == "accept":
        return f"is on record as {accept_title(work.session, work.by, contact)}."
    set_title(work.session, work.by, contact, said)
    return f"is on record as {said}."


def _undo(work: Work, before: dict[str, Any]) -> None:
    contact = work.session.get_one(Contact, before["contact"])
    if contact.title != before["after"]:
        raise Refused(f"The title of {contact.email} was changed since, so I left everything as it is.")
    set_title(work.session, work.by, contact, before["title"])
    contact.title_source = before["source"]
    contact.suggested_title, contact.suggested_from = before["suggested"], before["from"]


VERB = Verb(
    name="title",
    usage="title ADDRESS: text",
    meaning="what a contact of the customer is; `accept` or `refuse` for a title read from their signature",
    parse=_parse,
    run=_run,
    undo=_undo,
    everyday=True,
)
