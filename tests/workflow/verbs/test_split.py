"""`split` gives a conversation an escalation of its own."""

from sqlalchemy import select

from store.mail import Conversation
from store.record import Escalation
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message


def _titles(desk: Desk) -> list[str]:
    return list(desk.session.scalars(select(Escalation.title).where(Escalation.id != desk.esc.id)))


def test_the_newest_conversation_leaves(desk: Desk) -> None:
    desk.conversation("Old leak", desk.esc, age=9)
    desk.conversation("New leak", desk.esc, age=-1)
    desk.says_one("split")
    assert _titles(desk) == ["New leak"]


def test_that_of_a_named_message_leaves(desk: Desk) -> None:
    old = desk.conversation("Old leak", desk.esc, age=9)
    message = add_message(desk, old, "it leaks")
    desk.says_one(f"split #{message.id}")
    assert _titles(desk) == ["Old leak"]


def test_a_message_from_elsewhere_is_refused(desk: Desk) -> None:
    desk.conversation("Old leak", desk.esc)
    message = add_message(desk, desk.conversation("Foreign"), "hello")
    assert "in no conversation of" in desk.refused(f"split message {message.id}")


def test_the_only_conversation_stays(desk: Desk) -> None:
    assert "only one conversation" in desk.refused("split")


def test_undo_brings_it_back(desk: Desk) -> None:
    desk.conversation("New leak", desk.esc)
    desk.says_one("split")
    desk.says_one("undo")
    own = select(Conversation.id).where(Conversation.escalation_id == desk.esc.id)
    assert len(desk.session.scalars(own).all()) == 2
