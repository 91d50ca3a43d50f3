"""An alert's table tells impact, path to green and what the escalation belongs to, once there is anything to tell."""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.recordrows import record_rows
from config.recordwords import AnchorKind
from store.views import escalation_view
from tests.workflow.desk import Desk, set_up_desk
from tests.workflow.pieces import anchor


def _rows(desk: Desk) -> dict[str, str]:
    return dict(record_rows(escalation_view(desk.session, desk.esc.id, desk.now)))


def test_a_bare_escalation_has_none(session: Session, now: datetime) -> None:
    assert _rows(set_up_desk(session, now)) == {}


def test_what_is_known_is_told_in_a_line_each(session: Session, now: datetime) -> None:
    desk = set_up_desk(session, now)
    desk.account.tier, desk.account.arr = "gold", 480_000.0
    anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says("users 300\nanchor deal D-7\npath to green: weekly call\nuntil the fix is in")
    assert _rows(desk) == {
        "Impact": "76 of 100: tier gold, yearly value 480,000, affected users 300, category product",
        "Path to green": "weekly call until the fix is in",
        "Belongs to": "deal D-7, Deal of Norvik",
    }


def test_a_large_customer_is_told_even_where_nobody_counted_users(session: Session, now: datetime) -> None:
    desk = set_up_desk(session, now)
    desk.account.tier, desk.account.arr = "enterprise", 2e6
    session.flush()
    assert _rows(desk)["Impact"].startswith("70 of 100")
