"""A5: expired, used and revoked tokens, and people who left or lost their rights (FreeScout GHSA-83xx)."""

from datetime import timedelta

from sqlalchemy import delete

from store import tokens
from store.people import Person
from store.record import Participant
from tests.security.scene import PROVEN, Scene, assert_refused, later


def test_an_expired_token_changes_nothing(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", to=scene.address(expires=timedelta(hours=-1))), "expired")


def test_a_used_confirm_changes_nothing(scene: Scene) -> None:
    scene.take(scene.mail("close\nroot cause: x\nresolution: y"))
    address = scene.confirm_address()
    scene.take(scene.mail("yes", to=address))
    assert_refused(scene, scene.mail("yes", to=address), "used")


def test_a_revoked_token_changes_nothing(scene: Scene) -> None:
    address = scene.address()
    tokens.revoke(scene.session, scene.dana.id)
    assert_refused(scene, scene.mail("ack", to=address), "bad-token")


def test_a_token_of_a_retired_key_changes_nothing(scene: Scene) -> None:
    address = scene.address()
    tokens.rotate(scene.session, scene.now)
    tokens.rotate(scene.session, scene.now)
    assert_refused(scene, scene.mail("ack", to=address), "bad-token")


def test_somebody_who_left_changes_nothing(scene: Scene) -> None:
    raw = scene.mail("ack", to=scene.address(scene.former), sender=scene.former.email)
    assert_refused(scene, raw, "inactive")


def test_somebody_who_left_after_the_alert_changes_nothing(scene: Scene) -> None:
    raw = scene.mail("ack")
    scene.dana.active = False
    assert_refused(scene, raw, "inactive")


def test_somebody_who_lost_the_right_changes_nothing(scene: Scene) -> None:
    raw = scene.mail("ack")
    scene.dana.team_id = scene.stranger.team_id
    scene.session.execute(delete(Participant).where(Participant.person_id == scene.dana.id))
    assert_refused(scene, raw, "no-rights")


def test_somebody_who_lost_the_right_before_confirming_changes_nothing(scene: Scene) -> None:
    scene.take(scene.mail("close\nroot cause: x\nresolution: y"))
    address = scene.confirm_address()
    scene.session.get_one(Person, scene.dana.id).team_id = scene.stranger.team_id
    assert_refused(scene, scene.mail("yes", to=address), "no-rights")


def test_a_confirm_after_a_day_changes_nothing(scene: Scene) -> None:
    scene.take(scene.mail("close\nroot cause: x\nresolution: y"))
    raw = scene.mail("yes", to=scene.confirm_address(), head=PROVEN)
    assert_refused(later(scene, hours=26), raw, "expired")
