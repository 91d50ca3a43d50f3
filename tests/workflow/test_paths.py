"""A finding that meets a trigger raises Sev 2 to Sev 1, or is named as one that might, in the alert that tells it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from config.words import Direction
from signals.calendar import Calendar
from signals.reader import read_message
from store.outbox import Notice
from store.record import Audit
from store.tasks import Duty
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from tests.workflow.playing import open_keys, play
from workflow.assess import assess
from workflow.context import Context
from workflow.paths import met_triggers

CLEAR = "We will cancel our contract with you, and we will not pay your invoice until then."
THREAT = "We will cancel our contract with you."
CHASE = "Could you tell us when the part ships?"


def _hear(desk: Desk, text: str, ctx: Context | None = None) -> None:
    conversation = desk.conversation("Pump", esc=desk.esc)
    message = add_message(desk, conversation, text)
    message.reading = read_message(text, Direction.IN, desk.now, Calendar()).to_json()
    assess(desk.session, [conversation.id], ctx or desk.context, desk.now)
    desk.session.flush()


def _tuned(desk: Desk, raise_path: str) -> Context:
    playbooks = desk.context.policy.playbooks.model_copy(update={"raise_path": raise_path})
    return replace(desk.context, policy=desk.context.policy.model_copy(update={"playbooks": playbooks}))


def _told(desk: Desk) -> dict[str, Any] | None:
    facts = desk.session.scalars(select(Notice.facts).where(Notice.kind == "risk_up").order_by(Notice.id)).all()
    told: dict[str, Any] | None = facts[-1].get("path")
    return told


def test_clear_evidence_raises_the_path_with_the_sentence_as_the_reason(desk: Desk) -> None:
    _hear(play(desk), CLEAR)
    assert desk.esc.path == 1
    row = desk.session.scalars(select(Audit).where(Audit.stream == desk.esc.number, Audit.action == "path")).one()
    assert (row.from_value, row.to_value, row.actor) == ("2", "1", "smokewatch")
    assert row.reason is not None
    assert row.reason.startswith('Threat to cancel or to withhold payment: "We will cancel our contract with you')


def test_the_raise_begins_the_duties_and_keeps_those_of_sev_2(desk: Desk) -> None:
    _hear(play(desk), CLEAR)
    assert len(open_keys(desk)) == 3 + 15


def test_everybody_gets_one_alert_that_tells_the_raise_too(desk: Desk) -> None:
    _hear(play(desk), CLEAR)
    people = desk.session.execute(select(Notice.person_id, Notice.kind)).all()
    assert len(people) == len(set(people)) == 1
    assert _told(desk) == {
        "trigger": "Threat to cancel or to withhold payment", "quote": CLEAR, "raised": True,
    }  # fmt: skip


def test_less_clear_evidence_is_only_named(desk: Desk) -> None:
    _hear(play(desk), THREAT)
    assert desk.esc.path == 2
    assert _told(desk) == {
        "trigger": "Threat to cancel or to withhold payment", "quote": THREAT, "raised": False,
    }  # fmt: skip


@pytest.mark.parametrize(("wanted", "said"), [("suggest", {"raised": False}), ("never", None)])
def test_the_policy_may_leave_the_raise_to_people(desk: Desk, wanted: str, said: dict[str, bool] | None) -> None:
    play(desk)
    _hear(desk, CLEAR, _tuned(desk, wanted))
    assert desk.esc.path == 2
    told = _told(desk)
    assert (told is None) if said is None else (told is not None and told["raised"] is False)


def test_whom_a_person_took_back_to_sev_2_stays_there(desk: Desk) -> None:
    play(desk)
    desk.says("sev 1\nsev 2: a misunderstanding")
    _hear(desk, CLEAR)
    assert desk.esc.path == 2
    told = _told(desk)
    assert told is not None
    assert told["raised"] is False


def test_an_ordinary_question_meets_nothing(desk: Desk) -> None:
    _hear(play(desk), CHASE)
    assert (desk.esc.path, desk.session.scalars(select(Notice)).all()) == (2, [])


def test_without_playbooks_nothing_is_raised_and_nothing_asked(desk: Desk) -> None:
    _hear(desk, CLEAR)
    assert (desk.esc.path, desk.session.scalars(select(Duty)).all(), _told(desk)) == (2, [], None)


def test_a_backfill_raises_the_path_and_begins_no_duties(desk: Desk) -> None:
    desk.playbooks = play(desk).playbooks
    desk.session.query(Duty).delete()
    _hear(desk, CLEAR, replace(desk.context, silent=True))
    assert (desk.esc.path, desk.session.scalars(select(Duty)).all()) == (1, [])


def test_a_reason_in_a_persons_words_names_its_trigger(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1: our leadership wants it")
    reason = select(Audit.reason).where(Audit.stream == desk.esc.number, Audit.action == "path")
    assert desk.session.scalars(reason).one() == "Raised by leadership: our leadership wants it"


def test_what_stands_is_named_by_the_triggers_of_sev_2_too(desk: Desk) -> None:
    _hear(play(desk), CLEAR)
    assert desk.playbooks is not None
    met = met_triggers(desk.session, desk.esc, desk.playbooks.sev2)
    assert [each.trigger.key for each in met] == ["budget"]


def test_a_lowered_path_that_rises_again_begins_what_was_dropped(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    desk.says_one("sev 2")
    desk.says_one("sev 1", later=timedelta(hours=1))
    assert len(open_keys(desk)) == 3 + 15
