"""A24: a Reply-To with victims, asked receipts and invitations make us send nothing to them."""

import pytest

from config.words import NoticeKind
from tests.security.scene import PROVEN, Scene, assert_refused


def test_five_hundred_victims_in_reply_to_get_nothing(scene: Scene) -> None:
    victims = ", ".join(f"v{n}@x.example" for n in range(500))
    scene.take(scene.mail("ack", head=f"{PROVEN}Reply-To: {victims}\r\n"))
    answers = scene.notices(NoticeKind.ANSWER)
    assert [n.person_id for n in answers] == [scene.dana.id]
    assert "x.example" not in str(answers[0].facts)


@pytest.mark.parametrize(
    "field", ["Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To", "Errors-To"]
)
def test_an_asked_receipt_is_not_given(scene: Scene, field: str) -> None:
    scene.take(scene.mail("ack", head=f"{PROVEN}{field}: evil@x.example\r\n"))
    assert {n.person_id for n in scene.notices()} == {scene.dana.id}
    assert "evil" not in str([n.facts for n in scene.notices()])


def test_an_invitation_commands_nothing(scene: Scene) -> None:
    raw = (
        f"{PROVEN}From: dana.lee@acme.example\r\nTo: {scene.address()}\r\nSubject: Accepted: Review\r\n"
        "Message-ID: <c@acme.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nack\r\n'
        "--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"
        "END:VCALENDAR\r\n--b--\r\n"
    )
    assert_refused(scene, raw.encode(), "automatic")
