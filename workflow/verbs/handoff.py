"""`handoff deal D-7`: what the escalation belongs to became the next thing, and everything on it goes along."""

from store.anchors import Anchor
from workflow.anchornames import need_name, read_name
from workflow.anchors import find_anchor, name_of
from workflow.carryover import hand_over
from workflow.dates import When
from workflow.errors import Refused
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_NEEDED = "Say what it became, as in `handoff deal D-7` or `handoff project P-3`."


def _parse(rest: Rest, _when: When) -> Args | None:
    text = rest.text.rstrip(".!").strip()
    if read_name(text) is not None:
        return {"to": text}
    if rest.colon or not text:
        raise BadArgumentError(_NEEDED)
    return None


def _run(work: Work) -> Outcome:
    return _to_anchor(work)


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
    usage="handoff deal D-7",
    meaning="what it belongs to became a deal or a project; everything on it goes along",
    parse=_parse,
    run=_run,
    # It moves other escalations too, and what was copied may have been answered before anybody takes it back.
    trust=Trust.CONFIRMED,
    can_undo=False,
)
