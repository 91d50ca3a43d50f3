"""`status` shows one page: risk and why, who, next step, duties, promises, plan, actions, register, last changes."""

from datetime import timedelta

from config.words import NoticeKind
from smokewatch.forgetting import empty
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from tests.workflow.desk import Desk
from tests.workflow.findings import add_finding, add_message
from tests.workflow.playing import play, tick


def _page(desk: Desk, later: timedelta = timedelta(0)) -> dict[str, tuple[str, ...]]:
    told = desk.says("status", later=later)
    (page,) = told.pages
    return {section.title: section.lines for section in page.sections}


def test_the_risk_is_shown_with_its_terms(desk: Desk) -> None:
    add_finding(desk, "missed_promise")
    assert _page(desk)["Risk"] == ("low, score 0.44", "Our promise adds 0.44")


def test_what_holds_the_risk_up_is_named(desk: Desk) -> None:
    play(desk)
    tick(desk, timedelta(days=8))
    (_, held) = _page(desk, timedelta(days=8))["Risk"]
    assert held == "held at elevated or above by what is overdue: 3 duties of the playbook"


def test_owner_and_raci_stand_together(desk: Desk) -> None:
    desk.says("raci @bob RA\nraci @stan C")
    assert _page(desk)["Who"] == (
        "Owner: Lena Vogt", "Responsible: Bob Stone", "Accountable: Bob Stone", "Consulted: Stan Kowal",
    )  # fmt: skip


def test_duties_are_listed_by_day_with_what_the_close_asks_for(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    lines = _page(desk, timedelta(days=2))["Duties"]
    assert lines[0] == "4. Confirm the severity and say why, OVERDUE since Thu 7 May 10:30"
    assert lines[-1].startswith("and ")


def test_promises_plan_actions_and_register_are_there(desk: Desk) -> None:
    desk.says(
        "promise tomorrow: the log\nmilestone 40: new firmware by Friday\nreached 1: 50%\n"
        "risk: vendor late, mitigation: second source"
    )
    page = _page(desk)
    assert page["Promises"] == ("1. “the log”, due Thu 7 May 17:30",)
    assert page["Action plan"] == (
        "20% done; the milestones cover 40% of the plan",
        "1. new firmware (40% of the plan): 50% done, by Fri 8 May 17:30",
    )
    assert page["Risk register"] == ("r1 risk: vendor late (second source)",)


def test_the_last_five_changes_come_newest_first(desk: Desk) -> None:
    desk.says("ack\nstart\npriority high\nsev 1\nnext: call them")
    lines = _page(desk)["Last changes"]
    assert len(lines) == 5
    assert lines[0] == "Wed 6 May 10:30, Lena Vogt: next step: call them"
    assert lines[1] == "Wed 6 May 10:30, Lena Vogt: path: Sev 2 → Sev 1"


def test_parts_without_anything_to_say_are_left_out(desk: Desk) -> None:
    assert list(_page(desk)) == ["Risk", "Who", "Last changes"]


def test_a_page_that_quotes_a_forgotten_mail_is_emptied(desk: Desk) -> None:
    conversation = desk.conversation("Quoted", esc=desk.esc)
    message = add_message(desk, conversation, "Our CFO Ines Dahl is furious.")
    facts = {"lines": [], "pages": desk.says("status").answer_facts()["pages"]}
    draft = NoticeDraft(NoticeKind.ANSWER, desk.lena.id, "a", "you asked", desk.now, desk.esc.id, facts=facts)
    notice = post_notice(desk.session, draft, mail_domain="us.example")
    empty(desk.session, [message.id])
    desk.session.expire_all()
    assert "pages" not in desk.session.get_one(Notice, notice).facts
