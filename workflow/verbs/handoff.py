"""`handoff deal D-7`: what it belongs to became the next thing; `handoff @name`: a colleague gets the whole summary."""

import re

from store.anchors import Anchor
from store.people import Person
from store.visibility import may_see
from workflow.anchornames import need_name, read_name
from workflow.anchors import find_anchor, name_of
from workflow.briefing import brief
from workflow.carryover import hand_over
from workflow.dates import When
from workflow.errors import Refused
from workflow.participants import find_person
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_NEEDED = (
    "Say who takes it over, as in `handoff @lena.vogt: the plant calls at nine`, or what it became, as in "
    "`handoff deal D-7`."
)
_PERSON = re.compile(r"(?:to )?(@[^\s:]+|[^\s:@]+@[^\s:]+?)[.!]?(?: ?: ?(.*))?", re.IGNORECASE | re.DOTALL)


def _parse(rest: Rest, _when: When) -> Args | None:
    person = None if rest.colon else _PERSON.fullmatch(rest.text)
    if person is not None:
        return {"person": person[1].rstrip(".!"), "message": (person[2] or "").strip()}
    text = rest.text.rstrip(".!").strip()
    if read_name(text) is not None:
        return {"to": text}
    if rest.colon or not text:
        raise BadArgumentError(_NEEDED)
    return None


def _run(work: Work) -> Outcome:
    return _to_person(work) if "person" in work.args else _to_anchor(work)


def _to_person(work: Work) -> Outcome:
    person = find_person(work.session, work.args["person"])
    new = brief(work.session, work.by, work.escalation, person, work.args["message"])
    owns = work.escalation.owner_id == person.id
    owner = "" if owns else f" The owner stays: `assign @{person.handle}` changes it, or they answer `own`."
    joined = " and takes part now" if new else ""
    return Outcome(f"{person.name} gets a mail with the summary of {work.number}{joined}.{owner}")


def _trust_for(work: Work) -> Trust:
    # An anchor's hand-over moves other escalations too, and what was copied may have been answered before anybody
    # takes it back; a person from elsewhere is let in who could not look in before.
    if "person" not in work.args:
        return Trust.CONFIRMED
    person = find_person(work.session, work.args["person"])
    return Trust.ALIGNED if _sees_it(work, person) else Trust.CONFIRMED


def _sees_it(work: Work, person: Person) -> bool:
    return may_see(work.session, person.id, work.escalation.id)


def _to_anchor(work: Work) -> Outcome:
    if work.escalation.anchor_id is None:
        raise Refused(f"{work.number} is attached to nothing yet; `anchor {work.args['to']}` attaches it.")
    source = work.session.get_one(Anchor, work.escalation.anchor_id, with_for_update=True, populate_existing=True)
    target = find_anchor(work.session, work.by.person_id, need_name(work.args["to"]), locked=True)
    carried = hand_over(work.session, work.by, source, target)
    return Outcome(f"{name_of(source)} became {name_of(target)}: {carried.sentence} came along.")


VERB = Verb(
    name="handoff",
    aliases=("hand off", "handover", "hand over"),
    usage="handoff @name: text",
    meaning="a colleague gets the whole summary by mail; `handoff deal D-7`: what it belongs to became a deal",
    parse=_parse,
    run=_run,
    trust=Trust.CONFIRMED,
    trust_for=_trust_for,
    lines=Lines.WRAPPED,
    # A mail that went out cannot be called back, and what an anchor carried over may have been worked on since.
    can_undo=False,
)
