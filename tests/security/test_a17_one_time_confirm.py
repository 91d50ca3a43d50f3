"""A17: what cannot easily be taken back waits for a one-time confirm by a fresh token."""

import pytest

from config.words import NoticeKind
from ingest.replies.reply import Done
from tests.security.scene import AUTHSERV, Scene, assert_refused

CLOSE = "close\nroot cause: a bad cable\nresolution: replaced it"


@pytest.mark.parametrize("text", ["resolve: replaced the cable", CLOSE, "assign @sam"])
def test_it_waits_with_all_checks_right(scene: Scene, text: str) -> None:
    before = scene.record()
    assert scene.take(scene.mail(text)).done is Done.CONFIRM_ASKED
    assert scene.record() == before
    assert [n.person_id for n in scene.notices(NoticeKind.CONFIRM)] == [scene.dana.id]


@pytest.mark.parametrize("yes", ["yes", "Yes.", "YES!\n\nDana", "confirm", "\n\nconfirmed\n> quoted"])
def test_a_plain_yes_runs_it_once(scene: Scene, yes: str) -> None:
    scene.take(scene.mail(CLOSE))
    address = scene.confirm_address()
    scene.take(scene.mail(yes, to=address))
    done = scene.record()
    assert scene.esc.state == "closed"
    scene.take(scene.mail(yes + " ", to=address))
    assert scene.record() == done


@pytest.mark.parametrize("text", ["yes, but not yet", "yes?", "maybe", "> yes", "thanks\nyes", "no yes", ""])
def test_anything_but_a_plain_yes_runs_nothing(scene: Scene, text: str) -> None:
    scene.take(scene.mail(CLOSE))
    assert_refused(scene, scene.mail(text, to=scene.confirm_address()), "not-confirmed", told=1)


def test_a_plain_no_drops_it_for_good(scene: Scene) -> None:
    scene.take(scene.mail(CLOSE))
    address = scene.confirm_address()
    before = scene.record()
    scene.take(scene.mail("no", to=address))
    scene.take(scene.mail("yes", to=address))
    assert scene.record() == before


@pytest.mark.parametrize("sender", ["pat@customer.example", "bob@acme.example"])
def test_only_the_person_herself_confirms(scene: Scene, sender: str) -> None:
    scene.take(scene.mail(CLOSE))
    before = scene.record()
    scene.take(scene.mail("yes", to=scene.confirm_address(), sender=sender))
    assert scene.record() == before


def test_a_failed_sender_check_confirms_nothing(scene: Scene) -> None:
    scene.take(scene.mail(CLOSE))
    head = f"Authentication-Results: {AUTHSERV}; dmarc=fail header.from=acme.example\r\n"
    raw = scene.mail("yes", to=scene.confirm_address(), head=head)
    assert_refused(scene, raw, "authentication-failed", told=1)


def test_a_robot_that_answers_the_question_confirms_nothing(scene: Scene) -> None:
    scene.take(scene.mail(CLOSE))
    raw = scene.mail("yes", to=scene.confirm_address(), head="Auto-Submitted: auto-replied\r\n")
    assert_refused(scene, raw, "automatic")


def test_who_has_no_authentication_confirms_by_the_address_only_she_was_sent(scene: Scene) -> None:
    scene.take(scene.mail("ack", head=""))
    scene.take(scene.mail("yes", to=scene.confirm_address(), head=""))
    scene.record()
    assert scene.esc.state == "acknowledged"
