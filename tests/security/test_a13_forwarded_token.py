"""A13: a customer who got the alert forwarded holds the token, and it does nothing for him."""

from config.words import NoticeKind
from tests.security.scene import Scene, assert_refused

PAT = "pat@customer.example"


def test_a_customer_with_the_token_changes_nothing(scene: Scene) -> None:
    assert_refused(scene, scene.mail("close\nroot cause: all fine", sender=f"Pat <{PAT}>"), "outsider", told=1)


def test_the_manager_is_told_once_and_who_it_was(scene: Scene) -> None:
    for n in range(5):
        scene.take(scene.mail(f"ack {n}", sender=f"Pat <{PAT}>"))
    told = scene.notices()
    assert [(n.person_id, n.kind) for n in told] == [(scene.dana.id, NoticeKind.ANSWER)]
    assert PAT in told[0].facts["ask"]


def test_nothing_of_the_mail_but_the_address_is_told(scene: Scene) -> None:
    scene.take(scene.mail("buy my pills", sender='"<script>alert(1)</script>" <pat@customer.example>'))
    told = str(scene.notices()[0].facts)
    assert "pills" not in told
    assert "script" not in told


def test_nobody_is_told_when_the_holder_has_left(scene: Scene) -> None:
    raw = scene.mail("ack", to=scene.address(scene.former), sender=PAT)
    assert_refused(scene, raw, "outsider")
