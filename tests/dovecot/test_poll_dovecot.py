"""Intake from a real Dovecot: every mail is kept exactly once, whatever happens to the folder."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from ingest.poll import Poller, Standing
from ingest.take import Desk
from store.database import Store
from store.mail import Delivery, Folder, RawMail

pytestmark = pytest.mark.dovecot
NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
MakeDesk = Callable[..., Desk]
MakeMails = Callable[..., list[bytes]]


def bodies(store: Store) -> list[bytes]:
    with store.transaction() as session:
        return list(session.scalars(select(RawMail.body).order_by(RawMail.id)))


def deliveries(store: Store) -> int:
    with store.transaction() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def folder(store: Store) -> Folder:
    with store.transaction() as session:
        return session.scalars(select(Folder).order_by(Folder.id)).first() or pytest.fail("no folder row")


def test_mails_are_kept_byte_for_byte_in_order_and_handed_over(
    desk: MakeDesk, dovecot, user: str, mails: MakeMails, store: Store, handed: list[int]
) -> None:
    dovecot.put(user, mails(3))
    poller = Poller(desk())
    assert poller.poll_once(NOW).kept == 3
    poller.close()
    assert bodies(store) == mails(3)
    assert len(handed) == 3
