"""Tries to command without a reply address: what is one, and what is ordinary mail."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from config.settings import Limits
from config.words import MailKind, NoticeKind
from ingest.read import read_mail
from ingest.replies.attempts import is_attempt
from ingest.replies.reply import Reply
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from tests.security.scene import OUTGOING, Scene, build_scene


@pytest.fixture
def stage(session: Session, now: datetime) -> Scene:
    return build_scene(session, now)


def attempt(stage: Scene, raw: bytes, kind: MailKind) -> bool:
    reply = Reply(read_mail(raw, Limits()), raw, 1, stage.mailbox, stage.lookup)
    return is_attempt(stage.session, reply, kind, stage.ctx, stage.now)


def test_commands_on_top_of_a_colleagues_mail_are_one(stage: Scene) -> None:
    raw = stage.mail("ack", to="support@acme.example")
    assert attempt(stage, raw, MailKind.COLLEAGUE)
    assert not attempt(stage, raw, MailKind.CUSTOMER)


def test_a_colleagues_ordinary_mail_is_none(stage: Scene) -> None:
    raw = stage.mail("Hello Pat,\n\nwe are on it and call you by five.", to="pat@customer.example")
    assert not attempt(stage, raw, MailKind.COLLEAGUE)


def test_a_robot_that_writes_to_a_reply_address_is_one(stage: Scene) -> None:
    assert attempt(stage, stage.mail("I am away"), MailKind.AUTO_REPLY)
    assert not attempt(stage, stage.mail("I am away"), MailKind.OWN)


def test_fields_that_look_like_ours_are_one(stage: Scene) -> None:
    raw = stage.mail(
        "hi", to="support@acme.example", sender="pat@customer.example", head="X-Escalation-State: closed\r\n"
    )
    assert attempt(stage, raw, MailKind.CUSTOMER)


def test_the_same_words_in_the_body_are_none(stage: Scene) -> None:
    raw = (
        stage.mail("x", to="support@acme.example", sender="pat@customer.example")
        + b"\r\nX-Escalation-State: closed\r\n"
    )
    assert not attempt(stage, raw, MailKind.CUSTOMER)


def test_the_head_ends_at_the_first_blank_line_however_lines_end(stage: Scene) -> None:
    raw = stage.mail("x", to="support@acme.example", sender="pat@customer.example", head="x-SMOKEWATCH-trust: 3\r\n")
    assert attempt(stage, raw.replace(b"\r\n", b"\n"), MailKind.CUSTOMER)
    quoted = stage.mail("X-Escalation-State: closed", to="support@acme.example", sender="pat@customer.example")
    assert not attempt(stage, quoted.replace(b"\r\n", b"\n"), MailKind.CUSTOMER)


def test_an_answer_to_a_notice_is_one(stage: Scene) -> None:
    draft = NoticeDraft(NoticeKind.RISK_UP, stage.dana.id, "risk:1", "you own it", stage.now, stage.esc.id)
    row = post_notice(stage.session, draft, mail_domain=OUTGOING.domain)
    notice = stage.session.get_one(Notice, row)
    raw = stage.mail("hi", "support@acme.example", "evil@x.example", head=f"References: {notice.message_id}\r\n")
    assert attempt(stage, raw, MailKind.CUSTOMER)


def test_an_answer_to_anything_else_is_none(stage: Scene) -> None:
    head = "References: <0123456789.01234567890123@acme.example>\r\n"
    assert not attempt(stage, stage.mail("hi", "support@acme.example", "pat@x.example", head=head), MailKind.CUSTOMER)
