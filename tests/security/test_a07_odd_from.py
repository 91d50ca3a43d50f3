"""A7: a From field that programs read differently names nobody (CVE-2023-27043, CVE-2019-16056)."""

import pytest

from tests.security.scene import DANA, PROVEN, Scene, assert_refused


@pytest.mark.parametrize(
    "sender",
    [
        f"{DANA}, evil@x.example",
        f"evil@x.example, {DANA}",
        f"Managers: {DANA};",
        f"Managers: {DANA}, evil@x.example;",
        f"{DANA})<evil@x.example>",
        f"{DANA}(<evil@x.example>",
        f"evil@x.example@acme.example <{DANA}>",
        f"<{DANA}@x.example>",
        f"{DANA}@x.example",
        f"<@x.example,@y:{DANA}>",
        f"Dana (x) <{DANA}>",
        f"=?utf-8?q?{DANA.replace('@', '=40')}?=",
        f"=?utf-8?q?Dana_<{DANA}>?=",
        f'"{DANA}" <>',
        f"<{DANA}> <evil@x.example>",
        f"<evil@x.example> <{DANA}>",
        "",
    ],
)
def test_an_odd_from_changes_nothing(scene: Scene, sender: str) -> None:
    assert_refused(scene, scene.mail("ack", sender=sender), "no-plain-sender")


@pytest.mark.parametrize("second", [DANA, "evil@x.example"])
@pytest.mark.parametrize("name", ["From", "FROM", "From "])
def test_two_from_fields_change_nothing(scene: Scene, name: str, second: str) -> None:
    assert_refused(scene, scene.mail("ack", head=f"{PROVEN}{name}: {second}\r\n"), "no-plain-sender")


def test_no_from_field_changes_nothing(scene: Scene) -> None:
    assert_refused(scene, scene.mail("ack").replace(b"From: ", b"X-From: "), "no-plain-sender")
