"""A15: letters that only look like a command word are none."""

import codecs

import pytest

from tests.security.scene import Scene


@pytest.mark.parametrize(
    "text",
    [
        "\uff41\uff43\uff4b",
        "\u0430ck",
        "a\u200bck",
        "a\u00adck",
        "a\u0301ck",
        "\u202ekca",
        "\u1d43\u1d9c\u1d4f",
        "re\u00adsolve",
        "\u24d0\u24d2\u24da",
        codecs.encode("resolve", "rot13"),
        "a ck",
        "ac\u212a",
    ],
)
def test_a_disguised_word_changes_nothing(scene: Scene, text: str) -> None:
    scene.take(scene.mail(text))
    scene.record()
    assert (scene.esc.state, scene.esc.owner_id) == ("open", None)


def test_a_nul_within_a_word_hides_and_forges_nothing(scene: Scene) -> None:
    scene.take(scene.mail("own\x00er\n"))
    scene.record()
    assert scene.esc.owner_id is None
