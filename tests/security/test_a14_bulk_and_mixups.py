"""A14: sentences, floods of commands, two tokens and foreign numbers change nothing."""

import pytest

from ingest.replies.reply import Done
from tests.security.scene import Scene, assert_refused


@pytest.mark.parametrize(
    "text",
    [
        "Close call yesterday! Please do not resolve this.",
        "Resolve? I do not think so.",
        "Own goal, sorry.",
        "Start over with the customer please, this makes no sense",
        "Assign blame later.",
        "ack? what does that mean",
        "Priority one for me is lunch",
        "don't close",
        "Please don't ack.",
    ],
)
def test_a_sentence_that_begins_with_a_command_word_is_a_comment(scene: Scene, text: str) -> None:
    scene.take(scene.mail(text))
    scene.record()
    assert (scene.esc.state, scene.esc.owner_id, scene.esc.priority) == ("open", None, "medium")


def test_five_hundred_commands_run_none(scene: Scene) -> None:
    before = scene.record()
    scene.take(scene.mail("\n".join(["priority high", "priority low"] * 250)))
    assert scene.record()[:5] == before[:5]


@pytest.mark.parametrize("other", ["esc", "person", "junk"])
def test_two_tokens_change_nothing(scene: Scene, other: str) -> None:
    second = {
        "esc": scene.address(esc=scene.other_esc),
        "person": scene.address(scene.bob),
        "junk": "reply+junk@acme.example",
    }[other]
    assert_refused(scene, scene.mail("ack", to=f"{scene.address()}, {second}"), "two-tokens")


def test_the_same_token_twice_is_one(scene: Scene) -> None:
    address = scene.address()
    raw = scene.mail("ack", to=f"{address}, Smokewatch <{address.upper()}>")
    assert scene.take(b"Delivered-To: " + address.encode() + b"\r\n" + raw).done is Done.ANSWERED


def test_a_text_that_names_another_escalation_changes_neither(scene: Scene) -> None:
    before = scene.record()
    scene.take(scene.mail(f"ack {scene.other_esc.number}"))
    assert scene.record()[:10] == before[:10]


def test_a_merge_names_another_escalation_and_waits_or_says_no(scene: Scene) -> None:
    before = scene.record()
    scene.take(scene.mail("merge ESC-999999"))
    assert scene.record()[:10] == before[:10]
