"""A2: thread headers never authorise (FreeScout CVE-2026-47123, GHSA-8vm3)."""

import pytest

from config.words import NoticeKind
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from tests.security.scene import OUTGOING, PROVEN, Scene, assert_refused


@pytest.fixture
def alert_id(scene: Scene) -> str:
    draft = NoticeDraft(NoticeKind.RISK_UP, scene.dana.id, "risk:1", "you own it", scene.now, scene.esc.id)
    row = post_notice(scene.session, draft, mail_domain=OUTGOING.domain)
    return scene.session.get_one(Notice, row).message_id


@pytest.mark.parametrize("to", ["support@acme.example", "reply@acme.example", "dana.lee@acme.example"])
def test_the_right_ids_without_a_token_change_nothing(scene: Scene, alert_id: str, to: str) -> None:
    head = f"{PROVEN}In-Reply-To: {alert_id}\r\nReferences: {alert_id}\r\n"
    assert_refused(scene, scene.mail("close\nroot cause: x\nresolution: y", to=to, head=head), "no-token")


def test_a_token_in_a_thread_header_is_none(scene: Scene) -> None:
    head = f"{PROVEN}In-Reply-To: <{scene.address()}>\r\nReferences: <{scene.address()}>\r\n"
    assert_refused(scene, scene.mail("ack", to="support@acme.example", head=head), "no-token")


@pytest.mark.parametrize("field", ["Subject", "Reply-To", "X-Reply-Token", "Comments", "Resent-From"])
def test_a_token_in_another_field_is_none(scene: Scene, field: str) -> None:
    head = f"{PROVEN}{field}: {scene.address()}\r\n"
    assert_refused(scene, scene.mail("ack", to="support@acme.example", head=head), "no-token")


def test_a_token_in_the_text_is_none(scene: Scene) -> None:
    assert_refused(scene, scene.mail(f"ack\n{scene.address()}", to="support@acme.example"), "no-token")
