"""A power cut while a command runs leaves the record as it was: no change without its audit row, none half done."""

import os
import signal
import subprocess
import sys
from datetime import datetime

import pytest
from sqlalchemy import func, select

from store import audit
from store.database import Store
from store.record import Audit, Closeout, Escalation
from tests.kills import Point, moment
from tests.workflow.desk import set_up_desk

COMMAND = """
import sys
from datetime import datetime
from config.policy import load_policy
from config.settings import Outgoing
from config.words import Channel
from store.database import Store, connect
from workflow.context import Context
from workflow.execute import Request, run_block
from workflow.grammar import parse_block
from workflow.record import By
from workflow.trust import Trust

url, person, esc, at = sys.argv[1:]
now = datetime.fromisoformat(at)
by = By(int(person), "lena.vogt@us.example", Channel.MAIL, now, mail_domain="us.example")
block = parse_block("ack\\nclose\\nroot cause: a\\nresolution: b", now, "UTC")
store = Store(connect(url))
with store.transaction() as session:
    run_block(session, by, int(esc), block, Request(Trust.CONFIRMED, Context(load_policy(), Outgoing())))
"""


@pytest.mark.parametrize("point", [("K24", 1), ("K25", 4)])
def test_killed_in_the_middle_it_is_as_if_nothing_had_been_said(
    store: Store, now: datetime, point: Point, killing: int
) -> None:
    with store.transaction() as session:
        desk = set_up_desk(session, now)
        rows = session.scalar(select(func.count()).select_from(Audit))
    url = store.engine.url.render_as_string(hide_password=False)
    arguments = [url, str(desk.lena.id), str(desk.esc.id), now.isoformat()]
    environment = os.environ | {"KILL_AT": moment(killing, point)}
    ran = subprocess.run([sys.executable, "-c", COMMAND, *arguments], env=environment, check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL
    with store.transaction() as session:
        esc = session.get_one(Escalation, desk.esc.id)
        assert (esc.state, session.scalar(select(func.count(Closeout.id)))) == ("open", 0)
        assert session.scalar(select(func.count()).select_from(Audit)) == rows
        assert audit.verify(session) == []
