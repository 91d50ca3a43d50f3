"""A9: Authentication-Results that our own receiving server did not write prove nothing."""

import pytest

from config.words import NoticeKind
from tests.security.scene import AUTHSERV, PROVEN, Scene, assert_refused

FORGED = "dkim=pass header.d=acme.example; dmarc=pass header.from=acme.example"
UNPROVEN = [
    "",
    f"Authentication-Results: mx.evil.example; {FORGED}\r\n",
    f"Authentication-Results: {AUTHSERV}.evil.example; {FORGED}\r\n",
    f"Authentication-Results: {AUTHSERV}; spf=none\r\nAuthentication-Results: {AUTHSERV}; {FORGED}\r\n",
    f"Authentication-Results: {AUTHSERV}; none (dmarc=pass header.from=acme.example)\r\n",
    f"Authentication-Results: {FORGED}\r\n",
    f"Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=acme.example; {FORGED};compauth=pass\r\n",
    f"Authentication-Results: {AUTHSERV}; {'(' * 3000}{FORGED}\r\n",
    f"Authentication-Results: {AUTHSERV}; spf=pass smtp.mailfrom=acme.example\r\n",
    f"ARC-Authentication-Results: i=1; {AUTHSERV}; {FORGED}\r\nARC-Seal: i=1; cv=pass; d=acme.example\r\n",
    f"X-Authentication-Results: {AUTHSERV}; {FORGED}\r\nAuthentication-Results-Original: {AUTHSERV}; {FORGED}\r\n",
    f"Received: from a by relay.evil.example\r\nAuthentication-Results: {AUTHSERV}; {FORGED}\r\n",
    "Received-SPF: pass\r\nX-Spam-Status: No\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n",
]


@pytest.mark.parametrize("head", UNPROVEN)
def test_nothing_is_done_before_the_registered_address_says_so(scene: Scene, head: str) -> None:
    assert_refused(scene, scene.mail("ack", head=head), "not-authenticated", told=1)
    assert scene.answers()[0].kind == NoticeKind.CONFIRM


def test_a_forged_pass_above_our_own_fail_changes_nothing(scene: Scene) -> None:
    head = f"{PROVEN}Authentication-Results: {AUTHSERV}; dmarc=fail header.from=acme.example\r\n"
    assert_refused(scene, scene.mail("ack", head=head), "authentication-failed", told=1)


def test_without_a_named_server_a_pass_proves_nothing(scene: Scene) -> None:
    scene.mailbox = scene.mailbox.model_copy(update={"authserv_id": ""})
    assert_refused(scene, scene.mail("ack"), "not-authenticated", told=1)


def test_the_registered_person_is_told_once_an_hour(scene: Scene) -> None:
    for n in range(10):
        assert_refused(scene, scene.mail(f"note: {n}", head=""), "not-authenticated", told=1 if n == 0 else 0)


def test_a_question_she_answered_makes_room_for_the_next(scene: Scene) -> None:
    scene.take(scene.mail("priority high", head=""))
    scene.take(scene.mail("yes", to=scene.confirm_address(), head=""))
    assert_refused(scene, scene.mail("priority low", head=""), "not-authenticated", told=1)


def test_a_token_only_the_envelope_knows_proves_nothing_about_its_writer(scene: Scene) -> None:
    head = f"Delivered-To: {scene.address()}\r\n{PROVEN}"
    assert_refused(scene, scene.mail("ack", head=head, to="customer@x.example"), "not-authenticated", told=1)
