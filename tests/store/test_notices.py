"""A notice is put into the outbox once per kind, escalation, event and person."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Person


@pytest.fixture
def draft(session: Session, now: datetime) -> NoticeDraft:
    person = Person(email="a@us.example", name="A", handle="a", role="manager")
    session.add(person)
    session.flush()
    return NoticeDraft(NoticeKind.ADMIN, person.id, "disk", "you are an admin", now)


def test_the_same_event_is_told_once(session: Session, draft: NoticeDraft) -> None:
    assert post_notice(session, draft, mail_domain="us.example") is not None
    assert post_notice(session, draft, mail_domain="us.example") is None


def test_another_event_or_kind_is_another_notice(session: Session, draft: NoticeDraft) -> None:
    others = (draft, replace(draft, event="disk:2"), replace(draft, kind=NoticeKind.QUIET))
    assert all(post_notice(session, each, mail_domain="us.example") for each in others)


def test_the_message_id_is_made_from_the_event_alone(session: Session, draft: NoticeDraft) -> None:
    number = post_notice(session, draft, mail_domain="us.example")
    message_id = session.get_one(Notice, number).message_id
    assert re.fullmatch(r"<[0-9a-f]{10}\.[0-9a-f]{14}@us\.example>", message_id)
