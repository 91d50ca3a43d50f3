"""What a rule in shadow finds is kept and listed weekly for its owner; nobody is alerted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from config.policy import load_policy
from config.settings import Outgoing
from config.words import Direction
from signals.calendar import Calendar
from signals.reader import read_message
from store.mail import Conversation
from store.outbox import Notice
from store.record import Escalation
from store.risk import FindingRow, ShadowFinding
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.assess import assess
from workflow.context import Context
from workflow.shadow import tell_shadows

THREAT = "We will cancel our contract with you."
TRIED = load_policy().model_copy(update={"shadow": {"account_risk": "Lena.Vogt@us.example"}})
CTX = Context(TRIED, Outgoing())
MONDAY = datetime(2026, 5, 11, 6, 0, tzinfo=UTC)
"""Eight o'clock in Berlin."""


def _threatened(desk: Desk) -> Conversation:
    conversation = desk.conversation("Pump")
    message = add_message(desk, conversation, THREAT)
    message.reading = read_message(THREAT, Direction.IN, desk.now, Calendar()).to_json()
    assess(desk.session, [conversation.id], CTX, desk.now)
    desk.session.flush()
    return conversation


def _noted(desk: Desk, count: int, at: datetime) -> None:
    """So many findings of the rule in shadow; its owner lives in Berlin."""
    desk.lena.zone = "Europe/Berlin"
    conversation = desk.conversation("Pump")
    for number in range(count):
        message = add_message(desk, conversation, f"{number}: {THREAT}")
        row = ShadowFinding(
            conversation_id=conversation.id, rule="account_risk", signal="account_risk", level=2, rule_id="en.leave",
            message_id=message.id, start=0, end=len(message.new_text), quote=message.new_text, found_at=at,
        )  # fmt: skip
        desk.session.add(row)
    desk.session.flush()


def _listed(desk: Desk) -> list[Notice]:
    return list(desk.session.scalars(select(Notice).where(Notice.kind == "shadow")))


def test_a_finding_in_shadow_is_noted_and_opens_nothing(desk: Desk) -> None:
    before = desk.session.scalar(select(func.count(Escalation.id)))
    conversation = _threatened(desk)
    noted = desk.session.scalars(select(ShadowFinding)).one()
    assert (noted.rule, noted.level, noted.quote) == ("account_risk", 2, THREAT)
    assert (conversation.risk, conversation.escalation_id) == ("low", None)
    assert desk.session.scalar(select(func.count(FindingRow.id))) == 0
    assert desk.session.scalar(select(func.count(Escalation.id))) == before


def test_the_same_statement_is_noted_once(desk: Desk) -> None:
    conversation = _threatened(desk)
    assess(desk.session, [conversation.id], CTX, desk.now + timedelta(minutes=5))
    assert desk.session.scalar(select(func.count(ShadowFinding.id))) == 1


def test_the_owner_gets_one_list_a_week(desk: Desk) -> None:
    _noted(desk, 2, MONDAY - timedelta(days=3))
    assert [tell_shadows(desk.session, CTX, MONDAY + timedelta(hours=h)) for h in (0, 1, 30)] == [1, 0, 0]
    (notice,) = _listed(desk)
    assert (notice.person_id, notice.facts["count"], notice.escalation_id) == (desk.lena.id, 2, None)


def test_nothing_is_listed_before_monday_morning_on_the_owners_clock(desk: Desk) -> None:
    _noted(desk, 1, MONDAY - timedelta(days=3))
    assert tell_shadows(desk.session, CTX, MONDAY - timedelta(minutes=1)) == 0


def test_a_week_without_a_finding_makes_no_mail(desk: Desk) -> None:
    _noted(desk, 1, MONDAY - timedelta(days=8))
    assert tell_shadows(desk.session, CTX, MONDAY) == 0


def test_a_long_list_is_cut_and_counted_whole(desk: Desk) -> None:
    _noted(desk, 25, MONDAY - timedelta(days=3))
    tell_shadows(desk.session, CTX, MONDAY)
    facts = _listed(desk)[0].facts
    assert (facts["count"], len(facts["found"])) == (25, 20)
