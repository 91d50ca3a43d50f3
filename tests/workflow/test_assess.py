"""Workers that evaluate several escalations at once lock them in one order, as commands do."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import select, text

from config.policy import load_policy
from config.settings import Outgoing
from store.database import Store
from store.record import Escalation
from tests.workflow.desk import set_up_desk
from workflow.assess import assess
from workflow.context import Context


def test_escalations_are_locked_in_order_of_number(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        desk = set_up_desk(session, now)
        low, high = desk.opened(), desk.opened()
        conversations = [desk.conversation(esc=high).id, desk.conversation(esc=low).id]

    def work() -> None:
        with store.transaction() as session:
            assess(session, conversations, Context(load_policy(), Outgoing()), now)

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            session.execute(select(Escalation.id).where(Escalation.id == low.id).with_for_update())
            done = pool.submit(work)
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
                           "current_database()")  # fmt: skip
            deadline = time.monotonic() + 10
            while not session.scalar(waiting) and time.monotonic() < deadline:
                time.sleep(0.02)
            # The worker waits for the first and must not hold the second meanwhile: this one would wait for it.
            session.execute(select(Escalation.id).where(Escalation.id == high.id).with_for_update(nowait=True))
        done.result(10)
