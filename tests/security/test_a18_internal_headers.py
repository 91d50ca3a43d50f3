"""A18: fields that look like our own are nothing when they come from outside (RT CVE-2023-41259)."""

import pytest

from tests.security.scene import PROVEN, Scene, assert_refused

FIELDS = (
    "X-Escalation-Id: ESC-1\r\nX-Escalation-State: closed\r\nX-Smokewatch-Person: dana.lee@acme.example\r\n"
    "X-Smokewatch-Trust: 3\r\nX-Internal: yes\r\nX-Auto-Verified: true\r\nX-Zammad-Ticket-State: closed\r\n"
)


@pytest.mark.parametrize("head", [FIELDS, PROVEN + FIELDS])
def test_they_stand_in_for_no_token(scene: Scene, head: str) -> None:
    assert_refused(scene, scene.mail("close", to="support@acme.example", head=head), "no-token")


def test_they_stand_in_for_no_authentication(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", head=FIELDS), "not-authenticated", told=1)


def test_they_stand_in_for_no_sender(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack", head=PROVEN + FIELDS, sender=scene.bob.email), "wrong-sender")
