"""Turns the clock of a desk whose team works by the playbooks."""

from datetime import datetime, timedelta

from config.playbooks import load_playbooks
from config.recordwords import DutyState
from store.outbox import Notice
from store.tasks import Duty
from tests.workflow.desk import Desk
from workflow.duties import duties_of
from workflow.dutywatch import keep_duties


def play(desk: Desk) -> Desk:
    """Let the desk work by the shipped playbooks, and begin those of its escalation."""
    desk.playbooks = load_playbooks()
    tick(desk, timedelta(0))
    return desk


def tick(desk: Desk, later: timedelta) -> None:
    """Sweep the duties so much later."""
    keep_duties(desk.session, desk.context, desk.now + later)
    desk.session.flush()


def open_keys(desk: Desk) -> list[str]:
    """The keys of the duties that are open, by number."""
    return [row.key for row in duties_of(desk.session, desk.esc) if row.state == DutyState.OPEN]


def duty(desk: Desk, key: str) -> Duty:
    """The newest round of a duty."""
    return [row for row in duties_of(desk.session, desk.esc) if row.key == key][-1]


def due(desk: Desk, key: str) -> datetime | None:
    """When the newest round of a duty is due."""
    return duty(desk, key).due_at


def told(desk: Desk) -> list[tuple[int, list[str]]]:
    """Who was told of overdue duties, and of which."""
    rows = desk.session.query(Notice).filter(Notice.kind == "duty_overdue").order_by(Notice.id)
    return [(row.person_id, [each["text"] for each in row.facts["duties"]]) for row in rows]
