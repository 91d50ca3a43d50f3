"""`note: text` keeps a comment and brings in whom it names."""

from sqlalchemy import func, select

from store.record import Comment, Participant
from tests.workflow.desk import Desk


def test_it_is_kept_with_its_lines(desk: Desk) -> None:
    desk.says_one("note: they called\nagain")
    assert desk.session.scalars(select(Comment.text)).all() == ["they called\nagain"]


def test_a_named_person_takes_part_and_is_told(desk: Desk) -> None:
    assert "1 person named in it will be told" in desk.says_one("note: @stan can you look?")
    assert desk.session.get(Participant, (desk.esc.id, desk.stan.id)) is not None


def test_a_name_nobody_has_is_said_in_the_answer(desk: Desk) -> None:
    assert "I know nobody called @zoe" in desk.says_one("note: @zoe look")


def test_an_empty_one_is_asked_for(desk: Desk) -> None:
    assert "behind the colon" in desk.refused("note:")


def test_undo_withdraws_it(desk: Desk) -> None:
    desk.says_one("note: wrong window")
    desk.says_one("undo")
    assert desk.session.scalar(select(func.count(Comment.id))) == 0
