"""A4: a token serves one person, one escalation and one purpose."""

from sqlalchemy import select

from ingest.replies.reply import Done
from store.record import PendingCommand
from store.tokens import issue_bounce, tagged_address
from tests.security.scene import OUTGOING, Scene, assert_refused


def test_a_colleagues_token_changes_nothing(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", to=scene.address(scene.bob)), "wrong-sender")


def test_a_token_acts_on_its_own_escalation_whatever_the_subject_says(scene: Scene) -> None:
    address = scene.address(esc=scene.other_esc)
    scene.take(scene.mail("ack", to=address, subject=f"Re: [{scene.esc.number}] Outage"))
    scene.record()
    assert (scene.esc.state, scene.other_esc.state) == ("open", "acknowledged")


def test_a_bounce_token_is_no_reply_token(scene: Scene) -> None:
    address = tagged_address(OUTGOING.reply_address, issue_bounce(scene.session, 5, scene.now))
    assert_refused(scene, scene.mail("ack", to=address), "wrong-purpose")


def test_a_confirming_token_runs_no_new_commands(scene: Scene) -> None:
    scene.take(scene.mail("close\nroot cause: x\nresolution: y"))
    assert_refused(scene, scene.mail("priority critical", to=scene.confirm_address()), "not-confirmed", told=1)


def test_a_reply_token_confirms_nothing(scene: Scene) -> None:
    assert scene.take(scene.mail("close\nroot cause: x\nresolution: y")).done is Done.CONFIRM_ASKED
    scene.take(scene.mail("yes"))
    scene.record()
    assert scene.esc.state == "open"


def test_a_proven_from_makes_a_strangers_token_no_better(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", to=scene.address(scene.stranger)), "wrong-sender")


def test_a_confirm_of_another_person_confirms_nothing(scene: Scene) -> None:
    scene.take(scene.mail("close\nroot cause: x\nresolution: y"))
    pending = scene.session.scalars(select(PendingCommand)).one()
    address = scene.address(scene.bob, purpose="confirm", nonce=pending.id)
    assert_refused(scene, scene.mail("yes", to=address, sender=scene.bob.email), "used")
