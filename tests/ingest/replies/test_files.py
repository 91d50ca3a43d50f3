"""Files of an obeyed reply hang on the comment it makes, or on the escalation; the answer says what became of each."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import Target
from ingest.replies import files
from store.files import Blob, Document
from store.mail import Message, RawMail
from store.record import Comment
from tests.security.scene import DANA, PROVEN, Scene, build_scene

LOG = ("pump.log", b"pressure 12 bar\n")


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    """Dana's escalation."""
    return build_scene(session, now)


def _mail(scene: Scene, text: str, attached: Sequence[tuple[str, bytes]] = (LOG,), *, head: str = PROVEN) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, scene.address(), "Re: Outage"
    mail["Date"], mail["Message-ID"] = f"{scene.now:%a, %d %b %Y %H:%M:%S} +0000", f"<{text[:3]}.f@acme.example>"
    mail.set_content(text)
    for name, body in attached:
        mail.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
    return head.encode() + mail.as_bytes().replace(b"\n", b"\r\n")


def _kept(scene: Scene) -> list[tuple[str, str, int]]:
    rows = select(Document.name, Document.target, Document.target_id).order_by(Document.id)
    return [(name, target, key) for name, target, key in scene.session.execute(rows)]


def _told(scene: Scene) -> list[tuple[str, Any]]:
    return [(line["line"], line["ok"]) for line in scene.answers()[-1].facts["lines"]]


def test_below_a_comment_they_hang_on_it(scene: Scene) -> None:
    scene.take(_mail(scene, "Here is the log they asked for."))
    comment = scene.session.scalars(select(Comment)).one()
    assert _kept(scene) == [("pump.log", Target.COMMENT, comment.id)]
    assert scene.session.scalars(select(Blob.body)).one() == LOG[1]
    assert _told(scene) == [("(your file pump.log)", True)]


def test_beside_a_note_they_hang_on_the_note(scene: Scene) -> None:
    scene.take(_mail(scene, "note: the log of this morning"))
    assert _kept(scene) == [("pump.log", Target.COMMENT, scene.session.scalars(select(Comment.id)).one())]


def test_beside_a_command_that_makes_no_comment_they_hang_on_the_escalation(scene: Scene) -> None:
    scene.take(_mail(scene, "ack"))
    assert _kept(scene) == [("pump.log", Target.ESCALATION, scene.esc.id)]
    assert _told(scene) == [("ack", True), ("(your file pump.log)", True)]


def test_without_a_word_they_hang_on_the_escalation(scene: Scene) -> None:
    scene.take(_mail(scene, ""))
    assert _kept(scene) == [("pump.log", Target.ESCALATION, scene.esc.id)]


def test_where_every_line_was_refused_nothing_is_kept_and_they_are_told(scene: Scene) -> None:
    scene.take(_mail(scene, f"ESC-{scene.other_esc.id} ack"))
    assert (_kept(scene), _told(scene)[-1]) == ([], ("(your file pump.log)", False))
    assert scene.answers()[-1].facts["lines"][-1]["outcome"] == files.NOT_KEPT


def test_a_hostile_name_is_made_plain(scene: Scene) -> None:
    scene.take(_mail(scene, "ack", [("../../etc/passwd", b"x")]))
    assert [name for name, _target, _key in _kept(scene)] == ["passwd"]


def test_an_empty_file_is_refused_and_the_others_kept(scene: Scene) -> None:
    scene.take(_mail(scene, "ack", [("empty.txt", b""), LOG]))
    assert [name for name, _target, _key in _kept(scene)] == ["pump.log"]
    assert _told(scene) == [("ack", True), ("(your file empty.txt)", False), ("(your file pump.log)", True)]


def test_more_files_than_are_kept_are_named(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 1)
    scene.take(_mail(scene, "ack", [LOG, ("b.log", b"b")]))
    assert _told(scene)[-1] == ("(your file b.log)", False)


def test_a_logo_within_the_text_is_no_file(scene: Scene) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, scene.address(), "Re: Outage"
    mail["Date"], mail["Message-ID"] = f"{scene.now:%a, %d %b %Y %H:%M:%S} +0000", "<logo@acme.example>"
    mail.set_content("ack")
    mail.add_alternative('<p>ack</p><img src="cid:logo@acme">', subtype="html")
    html = mail.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG", "image", "png", cid="<logo@acme>", filename="logo.png", disposition="inline")
    scene.take(PROVEN.encode() + mail.as_bytes().replace(b"\n", b"\r\n"))
    assert (_kept(scene), _told(scene)) == ([], [("ack", True)])


def test_who_is_not_proven_keeps_nothing_until_they_confirm(scene: Scene) -> None:
    raw = _mail(scene, "ack", head="")
    scene.take(raw)
    assert _kept(scene) == []
    newest = select(RawMail).join(Message, Message.raw_mail_id == RawMail.id).order_by(RawMail.id.desc())
    scene.session.scalars(newest).first().body = raw  # type: ignore[union-attr] # the scene keeps no bytes
    scene.take(scene.mail("yes", scene.confirm_address()))
    assert _kept(scene) == [("pump.log", Target.ESCALATION, scene.esc.id)]
    assert _told(scene)[-1] == ("(your file pump.log)", True)


def test_an_outsider_keeps_nothing(scene: Scene) -> None:
    raw = _mail(scene, "ack").replace(DANA.encode(), b"eve@evil.example")
    scene.take(raw)
    assert _kept(scene) == []
