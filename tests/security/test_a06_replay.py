"""A6: the same words re-sent have one effect, and old words do not overwrite newer ones unasked."""

from config.words import Channel, NoticeKind, Priority
from ingest.replies.reply import Done, Reason
from tests.security.scene import PROVEN, Scene, later
from workflow.record import By, lock, set_owner, set_priority


def test_the_same_mail_again_has_no_second_effect(scene: Scene) -> None:
    raw = scene.mail("note: called them")
    scene.take(raw)
    before = scene.record()
    again = scene.take(b"Received: from replay.example by mx.acme.example\r\nDelivered-To: x@acme.example\r\n" + raw)
    assert (again.reason, scene.record()) == (Reason.REPEATED, before)


def test_a_new_message_id_makes_no_new_mail(scene: Scene) -> None:
    raw = scene.mail("note: called them")
    scene.take(raw)
    before = scene.record()
    again = scene.take(raw.replace(b".m@acme.example", b".n@acme.example"))
    assert (again.reason, scene.record()) == (Reason.REPEATED, before)


def test_the_same_words_on_another_day_are_a_new_mail(scene: Scene) -> None:
    address = scene.address()
    scene.take(scene.mail("note: called them", to=address))
    tomorrow = later(scene, days=1)
    assert tomorrow.take(tomorrow.mail("note: called them", to=address)).done is Done.ANSWERED


def test_an_unproven_copy_does_not_block_the_true_mail(scene: Scene) -> None:
    raw = scene.mail("own")
    scene.take(raw.replace(PROVEN.encode(), b""))
    assert scene.take(raw).done is Done.ANSWERED


def by_bob(scene: Scene) -> By:
    return By(scene.bob.id, scene.bob.email, Channel.WEB, scene.now, None, "acme.example")


def test_an_old_word_does_not_overwrite_a_newer_owner_unasked(scene: Scene) -> None:
    address = scene.address()
    set_owner(scene.session, by_bob(scene), lock(scene.session, scene.esc.id), scene.bob.id)
    before = scene.record()
    assert scene.take(scene.mail("own", to=address)).done is Done.CONFIRM_ASKED
    assert scene.record() == before
    assert scene.notices(NoticeKind.CONFIRM)[0].facts["changed"] == [
        "bob@acme.example changed the owner from none to bob@acme.example"
    ]


def test_what_waited_for_that_is_done_when_confirmed(scene: Scene) -> None:
    address = scene.address()
    set_owner(scene.session, by_bob(scene), lock(scene.session, scene.esc.id), scene.bob.id)
    scene.take(scene.mail("own", to=address))
    scene.take(scene.mail("yes", to=scene.confirm_address()))
    scene.record()
    assert scene.esc.owner_id == scene.dana.id


def test_a_newer_change_of_something_else_asks_nothing(scene: Scene) -> None:
    address = scene.address()
    set_priority(scene.session, by_bob(scene), lock(scene.session, scene.esc.id), Priority.HIGH)
    assert scene.take(scene.mail("own", to=address)).done is Done.ANSWERED


def test_her_own_newer_change_asks_nothing(scene: Scene) -> None:
    address = scene.address()
    scene.take(scene.mail("priority high", to=address))
    assert scene.take(scene.mail("priority low", to=address)).done is Done.ANSWERED


def test_an_answer_to_a_newer_alert_asks_nothing(scene: Scene) -> None:
    set_owner(scene.session, by_bob(scene), lock(scene.session, scene.esc.id), scene.bob.id)
    assert scene.take(scene.mail("own")).done is Done.ANSWERED
