"""A11: only From says who writes; Reply-To, Sender and the envelope do not (GitLab 349329)."""

import pytest

from tests.security.scene import DANA, PROVEN, Scene, assert_refused


@pytest.mark.parametrize("field", ["Reply-To", "Sender", "Return-Path", "Resent-From", "X-Original-From"])
def test_the_manager_in_another_field_is_not_the_sender(scene: Scene, field: str) -> None:
    head = f"{PROVEN}{field}: <{DANA}>\r\n"
    assert_refused(scene, scene.mail("ack", sender="evil@x.example", head=head), "outsider", told=1)


@pytest.mark.parametrize("field", ["Reply-To", "Sender", "Return-Path"])
def test_a_colleague_with_the_manager_in_another_field_is_the_colleague(scene: Scene, field: str) -> None:
    head = f"{PROVEN}{field}: <{DANA}>\r\n"
    assert_refused(scene, scene.mail("ack", sender=scene.bob.email, head=head), "wrong-sender")
