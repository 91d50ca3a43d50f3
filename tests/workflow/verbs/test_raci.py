"""`raci @name A` says who is what; one is accountable, and whoever comes in is told."""

import pytest

from store.record import Participant
from tests.workflow.desk import Desk
from workflow.raci import raci_of


def _roles(desk: Desk) -> list[tuple[str, str]]:
    return [(letter, person.handle) for letter, person in raci_of(desk.session, desk.esc)]


@pytest.mark.parametrize("said", ["raci @bob RA", "raci @bob R, A", "raci @Bob Stone responsible and accountable"])
def test_letters_are_given(desk: Desk, said: str) -> None:
    assert "Bob Stone is responsible and accountable" in desk.says_one(said)
    assert _roles(desk) == [("R", "bob.stone"), ("A", "bob.stone")]


def test_only_one_is_accountable(desk: Desk) -> None:
    desk.says_one("raci @bob RA")
    assert "Bob Stone is not accountable any more" in desk.says_one("raci @mona A")
    assert _roles(desk) == [("R", "bob.stone"), ("A", "mona.adler")]


def test_whoever_gets_letters_takes_part_and_is_told_once(desk: Desk) -> None:
    desk.says_one("raci @stan C")
    desk.says_one("raci @stan I")
    assert desk.session.get(Participant, (desk.esc.id, desk.stan.id)) is not None
    assert desk.notices("mention") == [desk.stan.id]


def test_none_takes_them_away(desk: Desk) -> None:
    desk.says_one("raci @bob C")
    desk.says_one("raci @bob none")
    assert _roles(desk) == []


def test_undo_gives_back_what_moved(desk: Desk) -> None:
    desk.says_one("raci @bob RA")
    desk.says_one("raci @mona A")
    desk.says_one("undo")
    assert _roles(desk) == [("R", "bob.stone"), ("A", "bob.stone")]


@pytest.mark.parametrize("said", ["raci", "raci bob A", "raci @bob X"])
def test_what_is_missing_is_said(desk: Desk, said: str) -> None:
    assert "raci @bob A" in desk.refused(said) or "raci @name A" in desk.refused(said)


def test_the_same_again_is_refused(desk: Desk) -> None:
    desk.says_one("raci @bob C")
    assert "is consulted on" in desk.refused("raci @bob C")
