"""A process killed in the middle of a command leaves nothing half done; the command is done once afterwards."""

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.policy import load_policy
from config.settings import Limits, Mailbox
from ingest.read import read_mail
from ingest.replies.handle import handle
from ingest.replies.reply import Reply
from store.audit import verify
from store.database import Store
from store.outbox import Notice
from store.record import Escalation
from tests.kills import Point, moment
from tests.security.scene import AUTHSERV, OUTGOING, build_scene, no_dns
from workflow.context import Context

ROOT = Path(__file__).parents[3]
CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from store.database import Store, connect
from tests.ingest.replies.test_killed import obey
obey(Store(connect(sys.argv[1])), Path(sys.argv[2]).read_bytes(), datetime.fromisoformat(sys.argv[3]))
"""


def obey(store: Store, raw: bytes, now: datetime) -> None:
    """Take the mail in a transaction of its own."""
    mailbox = Mailbox(name="support", address="support@acme.example", host="imap.acme.example", authserv_id=AUTHSERV)
    reply = Reply(read_mail(raw, Limits()), raw, 1, mailbox, no_dns)
    with store.transaction() as session:
        handle(session, reply, Context(load_policy(), OUTGOING), now)


def standing(store: Store) -> tuple[str, int, int, int]:
    """State and version of the first escalation, notices posted, breaks in the audit."""
    with store.transaction() as session:
        first = session.execute(select(Escalation.state, Escalation.version).order_by(Escalation.id).limit(1)).one()
        return first.state, first.version, session.scalar(select(func.count(Notice.id))) or 0, len(verify(session))


@pytest.mark.parametrize("point", [("K24", 1), ("K25", 2), ("K26", 1)])
def test_a_killed_command_is_done_once_afterwards(
    store: Store, now: datetime, tmp_path: Path, point: Point, killing: int
) -> None:
    with store.transaction() as session:
        raw = build_scene(session, now).mail("ack\npriority high")
    before = standing(store)
    mail = tmp_path / "mail"
    mail.write_bytes(raw)
    url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHILD, url, str(mail), now.isoformat()]
    environment = os.environ | {"KILL_AT": moment(killing, point)}
    killed = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    assert (killed.returncode, standing(store)) == (-signal.SIGKILL, before)

    obey(store, raw, now)
    obey(store, raw, now)
    assert standing(store)[0::2] == ("acknowledged", 1)
    assert standing(store)[3] == 0
