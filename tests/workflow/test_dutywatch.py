"""A duty that is overdue is a risk change, told once to who answers for it, together with what falls due with it."""

from datetime import timedelta

from sqlalchemy import select

from config.recordwords import DutyState
from store.outbox import Notice
from store.record import Audit, Participant
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from tests.workflow.playing import duty, play, tick, told
from workflow.standing import issue_standing

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_DAY = [
    "Confirm the severity and say why",
    "Set up the channels: where we talk among us, where with the customer",
    "Name the stakeholders and bring them in",
    "Say who is responsible, accountable, consulted and informed",
]


def _sev1(desk: Desk) -> Desk:
    play(desk)
    desk.says_one("sev 1")
    return desk


def test_all_that_is_due_at_one_moment_is_one_notice_to_owner_and_manager(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + HOUR)
    assert sorted(told(desk)) == sorted([(desk.lena.id, FIRST_DAY), (desk.mona.id, FIRST_DAY)])


def test_each_is_told_once(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + HOUR)
    tick(desk, DAY + 2 * HOUR)
    desk.says_one("note: looking")
    tick(desk, DAY + 3 * HOUR)
    assert len(told(desk)) == 2


def test_what_is_done_in_time_is_not_told(desk: Desk) -> None:
    _sev1(desk)
    numbers = ", ".join(str(duty(desk, key).n) for key in ("severity", "channels", "stakeholders", "raci"))
    desk.says_one(f"did {numbers}: all set up")
    tick(desk, DAY + HOUR)
    assert told(desk) == []


def test_a_weekly_one_of_sev_2_is_left_to_the_digest_of_the_owner(desk: Desk) -> None:
    play(desk)
    tick(desk, 8 * DAY)
    notice = desk.session.scalars(select(Notice).where(Notice.kind == "duty_overdue")).one()
    assert (notice.person_id, notice.facts["tell"], len(notice.facts["duties"])) == (desk.lena.id, "digest", 3)


def test_the_risk_rises_to_the_floor_of_the_path_and_falls_when_it_is_done(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + HOUR)
    assert desk.esc.risk == "high"
    numbers = ", ".join(str(duty(desk, key).n) for key in ("severity", "channels", "stakeholders", "raci"))
    desk.says_one(f"did {numbers}: all set up", later=DAY + 2 * HOUR)
    assert desk.esc.risk == "low"
    assert desk.audit("risk") == [("low", "high"), ("high", "low")]


def test_the_floor_of_sev_2_is_elevated(desk: Desk) -> None:
    play(desk)
    tick(desk, 8 * DAY)
    assert desk.esc.risk == "elevated"


def test_the_standing_names_the_duties_that_hold_it(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + HOUR)
    stands = issue_standing(desk.session, desk.esc, desk.context.policy.risk, desk.now + DAY + HOUR)
    assert stands.floor is not None
    assert list(stands.floor.duties) == FIRST_DAY
    reason = select(Audit.reason).where(Audit.stream == desk.esc.number, Audit.action == "risk")
    assert desk.session.scalars(reason).one() == "overdue: 4 duties of the playbook"


def test_undo_of_a_done_one_that_was_overdue_tells_nobody_again(desk: Desk) -> None:
    play(desk)
    tick(desk, 8 * DAY)
    desk.says_one("did 1, 2, 3: done", later=8 * DAY)
    assert desk.esc.risk == "low"
    desk.says_one("undo", later=8 * DAY)
    tick(desk, 8 * DAY + HOUR)
    assert (desk.esc.risk, len(told(desk))) == ("elevated", 1)


def test_lowering_the_path_lifts_the_floor(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + HOUR)
    desk.says_one("sev 2", later=DAY + 2 * HOUR)
    assert desk.esc.risk == "low"


def test_an_owner_is_a_duty_that_the_record_shows(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, timedelta(minutes=1))
    row = duty(desk, "owner")
    assert (row.state, row.note) == (DutyState.DONE, "the record shows it: Lena Vogt owns it")


def test_a_reason_given_with_the_path_confirms_the_severity(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1: the line stands in two plants")
    tick(desk, timedelta(minutes=1))
    row = duty(desk, "severity")
    assert (row.state, row.note) == (
        DutyState.DONE, "the record shows it: Lena Vogt set it: the line stands in two plants",
    )  # fmt: skip


def test_a_mail_to_the_customer_is_the_contact_of_the_day(desk: Desk) -> None:
    _sev1(desk)
    conversation = desk.conversation(esc=desk.esc)
    mail = add_message(desk, conversation, "We found the cause.")
    mail.direction, mail.kind, mail.sent_at = "out", "colleague", desk.now + 5 * HOUR
    tick(desk, DAY + 8 * HOUR)
    assert "Speak with the customer" not in [text for _, texts in told(desk) for text in texts]
    assert duty(desk, "customer_contact").round == 2


def test_a_mail_to_the_customer_ends_an_overdue_contact(desk: Desk) -> None:
    _sev1(desk)
    tick(desk, DAY + 8 * HOUR)
    conversation = desk.conversation(esc=desk.esc)
    mail = add_message(desk, conversation, "We found the cause.")
    mail.direction, mail.kind, mail.sent_at = "out", "colleague", desk.now + DAY + 9 * HOUR
    conversation.last_at = mail.sent_at
    tick(desk, DAY + 9 * HOUR)
    assert duty(desk, "customer_contact").round == 2


def test_somebody_named_since_is_a_stakeholder_who_was_brought_in(desk: Desk) -> None:
    _sev1(desk)
    desk.says_one("note: @stan look", later=HOUR)
    tick(desk, HOUR)
    assert duty(desk, "stakeholders").state == DutyState.DONE


def test_without_an_owner_the_manager_of_the_team_hears_of_it(desk: Desk) -> None:
    play(desk)
    desk.esc.owner_id = None
    tick(desk, 8 * DAY)
    assert [person for person, _ in told(desk)] == [desk.mona.id]


def test_a_resolved_escalation_has_nothing_overdue(desk: Desk) -> None:
    play(desk)
    desk.says_one("resolve: done")
    tick(desk, 8 * DAY)
    assert (told(desk), desk.esc.risk) == ([], "low")


def test_what_was_told_is_told_to_those_only_who_answer_for_it(desk: Desk) -> None:
    _sev1(desk)
    desk.session.add(Participant(escalation_id=desk.esc.id, person_id=desk.stan.id, added_at=desk.now, why="named"))
    tick(desk, DAY + HOUR)
    assert desk.stan.id not in [person for person, _ in told(desk)]
