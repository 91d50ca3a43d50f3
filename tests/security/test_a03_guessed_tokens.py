"""A3: guessing, cutting and changing tokens leads nowhere, and a guesser is soon not even written down."""

import random
from datetime import timedelta

import pytest

from ingest.replies.reply import Done
from store.tokens import Claim, check
from tests.security.scene import OUTGOING, Scene, assert_refused, later

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def at_reply(token: str) -> str:
    return OUTGOING.reply_address.replace("@", f"+{token}@")


def test_ten_thousand_guesses_hit_nothing(scene: Scene) -> None:
    token = scene.address().partition("+")[2].partition("@")[0]
    rng = random.Random(3)

    def guess() -> str:
        kept = rng.randrange(len(token))
        return token[:kept] + "".join(rng.choices(LETTERS, k=len(token) - kept))

    guesses = {guess() for _ in range(10_000)} - {token}
    hits = [g for g in guesses if isinstance(check(scene.session, g, scene.now), Claim)]
    assert hits == []


@pytest.mark.parametrize("keep", [0, 1, 10, -13, -1])
def test_a_cut_token_changes_nothing(scene: Scene, keep: int) -> None:
    token = scene.address().partition("+")[2].partition("@")[0]
    assert_refused(scene, scene.mail("ack", to=at_reply(token[:keep])), "bad-token")


@pytest.mark.parametrize("change", ["x{}", "{}a", "{}+{}", "{}.a", "reply+{}"])
def test_a_lengthened_token_changes_nothing(scene: Scene, change: str) -> None:
    token = scene.address().partition("+")[2].partition("@")[0]
    assert_refused(scene, scene.mail("ack", to=at_reply(change.format(token, token))), "bad-token")


def test_a_token_survives_a_server_that_changes_case(scene: Scene) -> None:
    assert scene.take(scene.mail("ack", to=scene.address().upper())).done is Done.ANSWERED


def test_after_twenty_bad_tokens_an_hour_a_sender_is_dropped_in_silence(scene: Scene) -> None:
    done = [scene.take(scene.mail("ack", to=at_reply(f"guess{n}"))).done for n in range(25)]
    assert done == [Done.REJECTED] * 20 + [Done.DROPPED] * 5
    assert len(scene.rejections()) == 20


def test_another_sender_and_another_hour_start_anew(scene: Scene) -> None:
    for n in range(21):
        scene.take(scene.mail("ack", to=at_reply(f"guess{n}")))
    assert scene.take(scene.mail("ack", to=at_reply("x"), sender="evil@x.example")).done is Done.REJECTED
    assert later(scene, hours=1, seconds=1).take(scene.mail("ack", to=at_reply("y"))).done is Done.REJECTED


def test_a_guesser_cannot_lock_the_manager_out(scene: Scene) -> None:
    for n in range(25):
        scene.take(scene.mail("ack", to=at_reply(f"guess{n}")))
    assert scene.take(scene.mail("ack")).done is Done.ANSWERED


def test_a_token_is_good_for_its_time_only(scene: Scene) -> None:
    address = scene.address(expires=timedelta(hours=1))
    assert_refused(later(scene, hours=3), scene.mail("ack", to=address), "expired")
