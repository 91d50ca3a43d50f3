"""A23: hundreds of mails with forged senders make us send nothing to anybody outside."""

from tests.security.scene import Scene


def test_five_hundred_forged_senders_get_no_mail(scene: Scene) -> None:
    address = scene.address()
    before = scene.record()
    for n in range(250):
        scene.take(scene.mail("ack", to="reply+junk@acme.example", sender=f"victim{n}@x{n}.example", head=""))
        scene.take(scene.mail("ack", to=address, sender=f"victim{n}@y{n}.example", head=""))
    assert scene.record() == before
    assert [n.person_id for n in scene.notices()] == [scene.dana.id]
