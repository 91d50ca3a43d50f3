"""A comment is kept once per message, cut at its bound, and tells whom it names once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from store.mail import Conversation
from store.record import Comment
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.comments import LONGEST_TEXT, add_comment, cut
from workflow.errors import Refused


def test_a_message_gives_one_comment_however_often_it_is_run(desk: Desk) -> None:
    conversation = desk.session.scalars(select(Conversation).where(Conversation.escalation_id == desk.esc.id)).one()
    message = add_message(desk, conversation, "hello")
    for _ in range(2):
        add_comment(desk.session, desk.by(), desk.esc, "@bob hello", message.id)
    assert desk.session.scalar(select(func.count(Comment.id))) == 1
    assert desk.notices("mention") == [desk.bob.id]


def test_whoever_names_themselves_gets_no_mail(desk: Desk) -> None:
    add_comment(desk.session, desk.by(), desk.esc, "@lena will do it")
    assert desk.notices("mention") == []


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(Refused):
        add_comment(desk.session, desk.by(), desk.esc, text)


def test_nobody_comments_without_being_one_of_us(desk: Desk) -> None:
    with pytest.raises(Refused):
        add_comment(desk.session, replace(desk.by(), person_id=None), desk.esc, "hello")


@pytest.mark.parametrize("text", ["x" * 20_000, "ü" * 20_000, "😀" * 20_000])
def test_a_long_text_is_cut_at_a_whole_character(text: str) -> None:
    assert len(cut(text).encode()) <= LONGEST_TEXT
    assert cut(text).endswith(" [cut]")
