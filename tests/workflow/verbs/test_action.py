"""`action: @name by DATE: text` gives somebody something to do; all else that begins with the word is a sentence."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.recordwords import AnchorKind
from config.words import NoticeKind
from store.anchors import Anchor
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from workflow.dates import When
from workflow.verbs.action import VERB
from workflow.verbs.base import BadArgumentError, Rest


def _item(desk: Desk) -> ActionItem:
    return desk.session.scalars(select(ActionItem)).one()


@pytest.mark.parametrize(
    ("text", "due", "what"),
    [
        ("@bob by Friday: send the report", "2026-05-08T15:30", "send the report"),
        ("@bob by Friday 17:00: send the report", "2026-05-08T15:00", "send the report"),
        ("@Bob Stone by 2026-05-09: 3 pumps: all", "2026-05-09T15:30", "3 pumps: all"),
        ("@bob.stone@us.example by tomorrow 9:00: call", "2026-05-07T07:00", "call"),
        ("@bob: call", "None", "call"),
        ("@bob by Friday: note: the door", "2026-05-08T15:30", "note: the door"),
    ],
)
def test_who_by_when_what(desk: Desk, text: str, due: str, what: str) -> None:
    desk.says_one(f"action: {text}")
    item = _item(desk)
    assert (item.assignee_id, item.text, item.source) == (desk.bob.id, what, "mail")
    assert (item.due_at.isoformat() if item.due_at else "None").startswith(due)


def test_the_answer_says_it_in_the_writers_time(desk: Desk) -> None:
    said = desk.says_one("action: @bob by Friday 17:00: send the report")
    assert said == f"Action item 1 of {desk.esc.number} is for Bob Stone, by Fri 8 May 2026 17:00 CEST: send the report"


def test_it_is_done_under_a_task(desk: Desk) -> None:
    desk.session.add(
        Anchor(kind=AnchorKind.TASK, external_id="T-7", name="x", created_at=desk.now, changed_at=desk.now)
    )
    desk.session.flush()
    desk.says_one("action: @bob by Friday for task T-7: swap the valve")
    assert _item(desk).anchor_id is not None


def test_a_task_nobody_knows_is_named(desk: Desk) -> None:
    assert "There is no task T-8" in desk.refused("action: @bob for task T-8: swap the valve")


@pytest.mark.parametrize(
    "text",
    [
        "@bob by whenever: x",
        "bob by Friday: x",
        "@bob by Friday",
        "@bob",
        "@bob @lena: x",
        "call the customer",
        "",
        "@bob:",
    ],
)
def test_what_is_missing_is_asked_for(text: str, desk: Desk) -> None:
    with pytest.raises(BadArgumentError, match="who, by when and what"):
        VERB.parse(Rest(text, colon=True), When(desk.now))


def test_a_day_that_is_over_is_refused(desk: Desk) -> None:
    with pytest.raises(BadArgumentError, match="still to come"):
        VERB.parse(Rest("@bob by 2026-05-01: x", colon=True), When(desk.now))


@pytest.mark.parametrize(
    "text", ["Action required by Friday: please sign", "Action items below", "Actions speak louder"]
)
def test_everyday_sentences_are_comments_without_advice(desk: Desk, text: str) -> None:
    told = desk.says(text)
    assert (told.lines, told.comment_added) == ((), True)


def test_an_unclear_name_is_named(desk: Desk) -> None:
    assert "I know nobody called @nobody" in desk.refused("action: @nobody by Friday: x")


def test_undo_drops_it(desk: Desk) -> None:
    desk.says_one("action: @bob by Friday: x")
    desk.says_one("undo")
    assert (_item(desk).state, _item(desk).outcome) == ("cancelled", "taken back")


def test_others_named_in_the_text_are_brought_in_too(desk: Desk) -> None:
    desk.says_one("action: @bob by Friday: ask @stan for the drawing")
    assert desk.notices(NoticeKind.MENTION) == [desk.stan.id]
    assert desk.notices(NoticeKind.ACTION_ITEM) == [desk.bob.id]


def test_on_the_command_line_its_source_is_the_hand(desk: Desk) -> None:
    assert VERB.parse(Rest("@bob: x", colon=True), When(desk.now + timedelta(0))) == {
        "name": "bob", "due": None, "link": None, "text": "x"
    }  # fmt: skip
