"""`own` makes the writer the owner."""

from tests.workflow.desk import Desk


def test_it_changes_the_owner_and_names_the_one_before(desk: Desk) -> None:
    assert "Lena Vogt owned it before" in desk.says_one("own", desk.bob)
    assert desk.esc.owner_id == desk.bob.id


def test_it_sends_no_mail_to_the_one_who_wrote_it(desk: Desk) -> None:
    desk.says_one("own", desk.bob)
    assert desk.notices("owner_changed") == []


def test_it_is_refused_to_the_owner(desk: Desk) -> None:
    assert "You own ESC-" in desk.refused("own")


def test_undo_gives_it_back_and_tells_the_owner(desk: Desk) -> None:
    desk.says_one("own", desk.bob)
    desk.says_one("undo", desk.bob)
    assert (desk.esc.owner_id, desk.notices("owner_changed")) == (desk.lena.id, [desk.lena.id])
