"""`handoff @name` brings a colleague in and mails them the summary; who owns it stays."""

import pytest
from sqlalchemy import select

from config.words import NoticeKind
from store.outbox import Notice
from store.record import Participant
from tests.workflow.desk import Desk
from workflow.grammar import parse_block
from workflow.trust import Trust


def test_the_colleague_takes_part_and_gets_one_mail(desk: Desk) -> None:
    said = desk.says_one("handoff @bob.stone: they call at nine")
    assert said.startswith(f"Bob Stone gets a mail with the summary of {desk.esc.number} and takes part now.")
    assert desk.notices(NoticeKind.HANDOVER) == [desk.bob.id]
    facts = desk.session.scalar(select(Notice.facts).where(Notice.kind == NoticeKind.HANDOVER))
    assert facts is not None
    assert (facts["by"], facts["text"]) == ("lena.vogt@us.example", "they call at nine")
    assert desk.session.get(Participant, (desk.esc.id, desk.bob.id)) is not None


def test_the_owner_stays_and_the_audit_names_both(desk: Desk) -> None:
    desk.says_one("handoff to @bob.stone")
    assert desk.esc.owner_id == desk.lena.id
    assert desk.audit("handed over") == [(None, "bob.stone@us.example")]


def test_the_owner_is_not_told_of_a_change_of_owner(desk: Desk) -> None:
    assert "The owner stays" not in desk.says_one("handoff @lena.vogt", desk.bob)


def test_each_hand_over_is_a_mail_of_its_own(desk: Desk) -> None:
    desk.says_one("handoff @bob.stone")
    desk.says_one("handoff @bob.stone: once more")
    assert desk.notices(NoticeKind.HANDOVER) == [desk.bob.id] * 2


def test_somebody_who_could_not_see_it_is_let_in_only_with_a_confirm(desk: Desk) -> None:
    told = desk.says("handoff @stan.kowal", allowed=Trust.ALIGNED)
    assert told.pending_id is not None
    assert desk.says("handoff @bob.stone", allowed=Trust.ALIGNED).pending_id is None


def test_an_unknown_name_is_named(desk: Desk) -> None:
    assert "nobody called @zoe" in desk.refused("handoff @zoe")


@pytest.mark.parametrize(
    ("line", "person", "message"),
    [
        ("handoff @bob.stone", "@bob.stone", ""),
        ("hand over to @bob.stone.", "@bob.stone", ""),
        ("hand off bob@us.example: now", "bob@us.example", "now"),
        ("Handover @bob : now", "@bob", "now"),
    ],
)
def test_read(desk: Desk, line: str, person: str, message: str) -> None:
    (command,) = parse_block(line, desk.now, "UTC").commands
    assert command.args == {"person": person, "message": message}


@pytest.mark.parametrize(
    "line", ["hand over to Bob please, he knows", "Handover is on Friday", "hand off the keys to @bob tomorrow"]
)
def test_sentences_are_no_command(desk: Desk, line: str) -> None:
    assert parse_block(line, desk.now, "UTC").commands == ()


def test_without_a_name_the_two_forms_are_told(desk: Desk) -> None:
    (unknown,) = parse_block("handoff", desk.now, "UTC").unknown
    assert "handoff @lena.vogt" in unknown.hint
    assert "handoff deal D-7" in unknown.hint
