"""A1: a mail with the manager's From and no reply address commands nothing."""

import pytest

from tests.security.scene import Scene, assert_refused


@pytest.mark.parametrize("text", ["ack", "resolve", "close\nroot cause: x\nresolution: y", "ack ESC-1"])
def test_a_spoofed_manager_without_a_token_changes_nothing(scene: Scene, text: str) -> None:
    assert_refused(scene, scene.mail(text, to="support@acme.example", head=""), "no-token")


def test_not_even_a_proven_manager_commands_without_a_token(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", to="reply@acme.example"), "no-token")
