"""A8: what only looks like the manager's address is not the manager's address."""

import pytest

from tests.security.scene import DANA, Scene, assert_refused


@pytest.mark.parametrize(
    "sender",
    [
        f'"{DANA}" <evil@x.example>',
        f"=?utf-8?q?{DANA.replace('@', '=40')}=3E?= <evil@x.example>",
        "Dana Lee <dana.lee@acme.example.x.example>",
        "Dana Lee <dana.lee@xn--cme-6cd.example>",
        "Dana Lee <dana.1ee@acme.example>",
        "Dana Lee <danalee@acme.example>",
        "Dana Lee <dana.lee+x@acme.example>",
    ],
)
def test_an_outsiders_look_alike_changes_nothing(scene: Scene, sender: str) -> None:
    assert_refused(scene, scene.mail("ack", sender=sender), "outsider", told=1)


@pytest.mark.parametrize(
    "sender",
    [
        "dana.lee@\u0430cme.example",
        "d\u0430na.lee@acme.example",
        "dana.lee@acme\u3002example",
        "dana\u200b.lee@acme.example",
        "\u202edana.lee@acme.example",
        "dana.lee\uff20acme.example",
        "d\u00e4na.lee@acme.example",
    ],
)
def test_an_address_outside_of_ascii_names_nobody(scene: Scene, sender: str) -> None:
    assert_refused(scene, scene.mail("ack", sender=sender), "no-plain-sender")


def test_the_kelvin_sign_is_no_k(scene: Scene) -> None:
    scene.dana.email = "mike@acme.example"
    scene.session.flush()
    assert_refused(scene, scene.mail("ack", sender="mi\u212ae@acme.example"), "no-plain-sender")
