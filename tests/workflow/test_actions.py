"""Action items: numbered per escalation, told once, in four states, with every change written down and undoable."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.recordwords import ActionSource, AnchorKind, TaskState
from config.words import NoticeKind
from store.anchors import Anchor
from store.outbox import Notice
from store.record import Participant
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from workflow.actions import NewItem, add_action, item_of, link_action, move_action, reassign_action, set_action_state
from workflow.errors import Refused
from workflow.joining import merge, unmerge

SOON = timedelta(days=2)


def add(desk: Desk, text: str = "send the report") -> ActionItem:
    return add_action(desk.session, desk.by(), desk.esc, NewItem(text, desk.bob.id, desk.now + SOON))


def test_items_are_numbered_from_one_on_each_escalation(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    numbers = [add(desk).n, add(desk, "call them").n]
    assert (numbers, add_action(desk.session, desk.by(), other, NewItem("x", desk.bob.id)).n) == ([1, 2], 1)


def test_the_assignee_takes_part_and_is_told_once(desk: Desk) -> None:
    item = add_action(desk.session, desk.by(), desk.esc, NewItem("look", desk.stan.id))
    assert desk.session.get(Participant, (desk.esc.id, desk.stan.id)) is not None
    assert desk.notices(NoticeKind.ACTION_ITEM) == [desk.stan.id]
    set_action_state(desk.session, desk.by(), desk.esc, item, TaskState.DONE)
    assert desk.notices(NoticeKind.ACTION_ITEM) == [desk.stan.id]


def test_who_gives_it_to_themselves_is_not_told(desk: Desk) -> None:
    add_action(desk.session, desk.by(desk.bob), desk.esc, NewItem("look", desk.bob.id))
    assert desk.notices(NoticeKind.ACTION_ITEM) == []


def test_the_mail_says_what_by_when(desk: Desk) -> None:
    add(desk)
    facts = desk.session.scalars(select(Notice.facts).where(Notice.kind == NoticeKind.ACTION_ITEM)).one()
    due = (desk.now + SOON).isoformat()
    assert facts["items"] == [{"number": desk.esc.number, "n": 1, "text": "send the report", "due": due}]


def test_given_to_another_the_new_one_is_told(desk: Desk) -> None:
    reassign_action(desk.session, desk.by(), desk.esc, add(desk), desk.mona.id)
    assert desk.notices(NoticeKind.ACTION_ITEM) == [desk.bob.id, desk.mona.id]
    assert desk.audit("action item assignee") == [("bob.stone@us.example", "mona.adler@us.example")]


def test_done_keeps_when_and_begun_again_forgets_it(desk: Desk) -> None:
    item = add(desk)
    set_action_state(desk.session, desk.by(), desk.esc, item, TaskState.DONE)
    assert item.done_at == desk.now
    set_action_state(desk.session, desk.by(), desk.esc, item, TaskState.IN_PROGRESS)
    assert item.done_at is None
    assert desk.audit("action item state") == [("1 open", "1 done"), ("1 done", "1 in_progress")]


@pytest.mark.parametrize("to", list(TaskState))
def test_the_state_it_has_is_refused(desk: Desk, to: TaskState) -> None:
    item = add(desk)
    item.state = to
    with pytest.raises(Refused, match="already"):
        set_action_state(desk.session, replace(desk.by(), reason="why"), desk.esc, item, to)


def test_dropping_and_moving_need_a_reason(desk: Desk) -> None:
    item = add(desk)
    with pytest.raises(Refused, match="drop 1: why"):
        set_action_state(desk.session, desk.by(), desk.esc, item, TaskState.CANCELLED)
    with pytest.raises(Refused, match="move 1 to Friday: why"):
        move_action(desk.session, desk.by(), desk.esc, item, desk.now)


def test_what_is_over_is_not_moved(desk: Desk) -> None:
    item = add(desk)
    set_action_state(desk.session, desk.by(), desk.esc, item, TaskState.DONE)
    with pytest.raises(Refused, match="doing 1"):
        move_action(desk.session, replace(desk.by(), reason="why"), desk.esc, item, desk.now)


def test_a_number_that_is_not_there_lists_those_that_are(desk: Desk) -> None:
    add(desk)
    with pytest.raises(Refused, match=r"has no action item 7\. Open are 1: send the report"):
        item_of(desk.session, desk.esc, 7)


def test_somebody_who_left_gets_none(desk: Desk) -> None:
    desk.bob.active = False
    with pytest.raises(Refused, match="still active"):
        add(desk)


def test_an_empty_text_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="needs a text"):
        add(desk, "  ")


def test_it_is_linked_to_a_task(desk: Desk) -> None:
    task = Anchor(kind=AnchorKind.TASK, external_id="T-7", name="Valves", created_at=desk.now, changed_at=desk.now)
    desk.session.add(task)
    desk.session.flush()
    item = add(desk)
    link_action(desk.session, desk.by(), desk.esc, item, task)
    assert (item.anchor_id, desk.audit("action item link")) == (task.id, [(None, "task T-7")])


def test_items_follow_a_merge_under_free_numbers_and_come_back(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    add(desk), add(desk)
    theirs = add_action(desk.session, desk.by(), other, NewItem("x", desk.bob.id))
    moved = merge(desk.session, desk.by(), other, desk.esc)
    assert (theirs.escalation_id, theirs.n) == (desk.esc.id, 3)
    unmerge(desk.session, desk.by(), desk.esc, moved)
    assert (theirs.escalation_id, theirs.n) == (other.id, 1)


def test_the_source_is_kept(desk: Desk) -> None:
    item = add_action(desk.session, desk.by(), desk.esc, NewItem("x", desk.bob.id, source=ActionSource.PLAYBOOK))
    assert item.source == "playbook"
