"""`merge ESC-7` takes another escalation's mail and people in."""

from sqlalchemy import select

from store.mail import Conversation
from store.people import Account
from store.record import Escalation, Participant
from tests.workflow.desk import Desk


def _other(desk: Desk) -> Escalation:
    return desk.opened(desk.conversation("Valve leaks"), owner=desk.bob)


def _conversations(desk: Desk, esc: Escalation) -> int:
    return len(desk.session.scalars(select(Conversation.id).where(Conversation.escalation_id == esc.id)).all())


def test_conversations_and_people_come_along(desk: Desk) -> None:
    other = _other(desk)
    assert "1 conversation and everybody on it" in desk.says_one(f"merge {other.number}")
    assert (_conversations(desk, desk.esc), other.merged_into) == (2, desk.esc.id)
    assert desk.session.get(Participant, (desk.esc.id, desk.bob.id)) is not None


def test_both_audits_tell_it(desk: Desk) -> None:
    other = _other(desk)
    desk.says_one(f"merge {other.number} into this")
    assert desk.audit("merged from") == [(None, other.number)]
    desk.esc = other
    assert len(desk.audit("merged into")) == 1


def test_the_merged_one_takes_no_more_commands(desk: Desk) -> None:
    other = _other(desk)
    desk.says_one(f"merge {other.number}")
    assert f"ESC-{other.id} was merged into" in desk.refused(f"merge {other.number}")


def test_itself_is_refused(desk: Desk) -> None:
    assert "into itself" in desk.refused(f"merge {desk.esc.number}")


def test_another_customers_is_refused(desk: Desk) -> None:
    other = _other(desk)
    rival = Account(name="Rival", created_at=desk.now)
    desk.session.add(rival)
    desk.session.flush()
    other.account_id = rival.id
    assert "two customers" in desk.refused(f"merge {other.number}")


def test_what_may_not_be_seen_is_as_if_it_did_not_exist(desk: Desk) -> None:
    other = desk.opened(owner=desk.stan)
    other.team_id = desk.other_team.id
    desk.session.delete(desk.session.get_one(Participant, (other.id, desk.stan.id)))
    desk.session.flush()
    unknown = desk.refused("merge ESC-999999").replace("999999", "N")
    assert desk.refused(f"merge {other.number}").replace(str(other.id), "N") == unknown


def test_undo_gives_the_mail_back(desk: Desk) -> None:
    other = _other(desk)
    desk.says_one(f"merge {other.number}")
    desk.says_one("undo")
    assert (_conversations(desk, desk.esc), _conversations(desk, other), other.merged_into) == (1, 1, None)
