"""A20: mail that shows any mark of a robot or a list gets no answer."""

import pytest

from tests.security.scene import PROVEN, Scene, assert_refused


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "Precedence: junk",
        "List-Id: <l.acme.example>\r\nList-Unsubscribe: <mailto:u@acme.example>",
        "Return-Path: <>",
        "X-Autorespond: 1",
        "Feedback-ID: a:b:c\r\nPrecedence: list",
    ],
)
def test_a_mark_of_a_robot_silences_us(scene: Scene, field: str) -> None:
    assert_refused(scene, scene.mail("ack", head=f"{field}\r\n{PROVEN}"), "automatic")


@pytest.mark.parametrize("field", ["Return-Path: <>", "Auto-Submitted: auto-replied"])
def test_an_unproven_robot_is_not_asked_to_confirm(scene: Scene, field: str) -> None:
    assert_refused(scene, scene.mail("ack", head=f"{field}\r\n"), "automatic")


def test_no_is_no_mark(scene: Scene) -> None:
    scene.take(scene.mail("ack", head=f"Auto-Submitted: no\r\n{PROVEN}"))
    assert len(scene.answers()) == 1
