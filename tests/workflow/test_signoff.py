"""The customer's sign-off is their own sentence, quoted to the letter from their mail, or a person's note of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from config.words import Direction
from signals.calendar import Calendar
from signals.reader import read_message
from store.mail import Conversation, Message
from store.record import Closeout, SignOff
from tests.workflow.desk import Desk
from tests.workflow.letters import letter
from workflow.errors import Refused
from workflow.joining import merge, unmerge
from workflow.signoff import settled_word, sign_off_by_mail, sign_offs_of

THANKS = "Hello Lena,\n\nwe tested all night. It works again,\nthank you very much.\n"
QUOTE = "It works again, thank you very much."


def heard(desk: Desk, text: str, hours: float = 1, **changes: Any) -> Message:
    """A mail of the customer on the escalation, read as filing reads it."""
    at = desk.now + timedelta(hours=hours)
    own = select(Conversation).where(Conversation.escalation_id == desk.esc.id).limit(1)
    reading = read_message(text, Direction.IN, at, Calendar())
    values = {"reading": reading.to_json(), "language": reading.language} | changes
    return letter(desk.session, desk.session.scalars(own).one(), text, at, **values)


def _signed(desk: Desk) -> list[tuple[str, str]]:
    return [(row.by_address, row.quote) for row in sign_offs_of(desk.session, desk.esc.id)]


def test_the_sentence_of_their_mail_is_quoted(desk: Desk) -> None:
    mail = heard(desk, THANKS)
    desk.says_one("signed off")
    assert _signed(desk) == [("ines@norvik.example", QUOTE)]
    assert desk.session.scalars(select(SignOff.message_id)).all() == [mail.id]


def test_the_answer_names_who_and_what(desk: Desk) -> None:
    heard(desk, THANKS)
    assert f"ines@norvik.example: “{QUOTE}”" in desk.says_one("signed off")


def test_the_audit_has_the_fact_and_not_their_words(desk: Desk) -> None:
    heard(desk, THANKS)
    desk.says_one("signed off")
    assert desk.audit("signed off") == [(None, "by mail")]


@pytest.mark.parametrize("text", [
    "Thank you for the call.", "Is it fixed?", "It is still not fixed.", "Please call me.",
    "It works again on line 1. Line 2 does not start, there is an error.",
])  # fmt: skip
def test_without_such_a_sentence_it_is_refused_and_says_what_to_write(desk: Desk, text: str) -> None:
    heard(desk, text)
    assert "signed off: Ana by phone" in desk.refused("signed off")


def test_a_later_complaint_counts_more(desk: Desk) -> None:
    heard(desk, THANKS)
    heard(desk, "The pump has stopped again. Please call us at once.", 2)
    assert settled_word(desk.session, desk.esc) is None


def test_a_later_word_of_thanks_does_not_hide_it(desk: Desk) -> None:
    heard(desk, THANKS)
    heard(desk, "Many thanks, have a nice weekend.", 2)
    word = settled_word(desk.session, desk.esc)
    assert word is not None
    assert word.quote == QUOTE


@pytest.mark.parametrize("changes", [
    {"direction": "out", "kind": "colleague"}, {"kind": "auto_reply"}, {"details": {"doubt": "unverified sender"}},
])  # fmt: skip
def test_only_the_customer_speaks_for_themselves(desk: Desk, changes: dict[str, Any]) -> None:
    heard(desk, THANKS, **changes)
    assert settled_word(desk.session, desk.esc) is None


def test_what_they_said_before_it_was_reopened_is_over(desk: Desk) -> None:
    heard(desk, THANKS)
    desk.says("resolve: done\nreopen: it is back", later=timedelta(hours=2))
    assert settled_word(desk.session, desk.esc) is None


def test_given_words_are_looked_up_and_kept_as_they_stand_there(desk: Desk) -> None:
    heard(desk, THANKS)
    desk.says_one('signed off: "we tested ALL night"')
    assert _signed(desk) == [("ines@norvik.example", "we tested all night")]


def test_given_words_that_stand_nowhere_are_refused(desk: Desk) -> None:
    heard(desk, THANKS)
    assert "stand in no mail" in desk.refused('signed off: "we are delighted"')


@pytest.mark.parametrize("text", ['signed off: Ana by phone: "all fine now"', "signed off: Ana by phone: all fine now"])
def test_by_hand_it_says_who_and_how(desk: Desk, text: str) -> None:
    desk.says_one(text)
    assert _signed(desk) == [("Ana by phone", "all fine now")]


def test_the_same_word_is_recorded_once(desk: Desk) -> None:
    heard(desk, THANKS)
    desk.says_one("signed off")
    assert "already" in desk.refused("signed off")


def test_undo_takes_it_back(desk: Desk) -> None:
    desk.says_one('signed off: Ana by phone: "fine"')
    desk.says_one("undo")
    assert (_signed(desk), len(desk.audit("sign-off withdrawn"))) == ([], 1)


def test_it_belongs_to_the_version_it_was_given_for(desk: Desk) -> None:
    desk.says('signed off: Ana by phone: "fine"\nclose\nroot cause: a\nresolution: b')
    desk.says(
        'reopen: back\nclose\nroot cause: c\nresolution: d\nsigned off: Ana by mail: "fine again"',
        later=timedelta(hours=1),
    )
    rows = select(SignOff.quote, Closeout.version).join(Closeout).order_by(Closeout.version)
    assert [tuple(row) for row in desk.session.execute(rows)] == [("fine", 1), ("fine again", 2)]


def test_it_follows_a_merge_and_its_undo(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    desk.says_one('signed off: Ana by phone: "fine"')
    moved = merge(desk.session, desk.by(), desk.esc, other)
    assert [row.escalation_id for row in sign_offs_of(desk.session, other.id)] == [other.id]
    unmerge(desk.session, desk.by(), other, moved)
    assert len(_signed(desk)) == 1


def test_a_mail_of_another_escalation_is_not_quoted(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    heard(desk, THANKS)
    with pytest.raises(Refused, match="found no mail"):
        sign_off_by_mail(desk.session, desk.by(), other)
