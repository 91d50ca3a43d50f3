"""The record's own hand-overs reach the rules, and a planned swarm is known."""

from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.gather import gather


def test_a_new_owner_and_a_team_waited_on_are_handovers(desk: Desk) -> None:
    conversation = desk.conversation(esc=desk.esc)
    desk.says_one("assign @stan", desk.mona)
    desk.says_one("waiting on support", desk.mona)
    found = gather(desk.session, [conversation])[conversation.id].handovers
    assert [(h.team, h.why) for h in found] == [
        (desk.other_team.name, "became the owner's"),
        ("support", "was waited on"),
    ]


def test_waiting_on_the_customer_hands_nothing_over(desk: Desk) -> None:
    conversation = desk.conversation(esc=desk.esc)
    desk.says_one("waiting on customer")
    assert gather(desk.session, [conversation])[conversation.id].handovers == ()


def test_a_planned_swarm_is_told_and_the_next_sweep_looks(desk: Desk) -> None:
    conversation = desk.conversation(esc=desk.esc)
    desk.says_one("swarm on")
    desk.session.refresh(conversation)
    assert gather(desk.session, [conversation])[conversation.id].swarming
    assert conversation.next_review_at == desk.now


def test_undo_ends_the_swarm(desk: Desk) -> None:
    desk.says_one("swarm on")
    desk.says_one("undo")
    assert not desk.esc.swarming


def test_a_mailbox_of_one_team_acts_for_it_and_one_of_two_for_nobody(desk: Desk) -> None:
    conversation = desk.conversation(esc=desk.esc)
    message = add_message(desk, conversation, "hello")
    message.to_addresses = ["eng@us.example", "all@us.example"]
    desk.other_team.mailboxes = ["eng@us.example", "all@us.example"]
    desk.team.mailboxes = ["all@us.example"]
    desk.session.flush()
    parties = gather(desk.session, [conversation])[conversation.id].parties
    assert (parties["eng@us.example"].team, parties["all@us.example"].team) == (desk.other_team.name, "")
