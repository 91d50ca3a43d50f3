"""Duties begin with the path, are done by word, come again, and fall away with it."""

from datetime import UTC, datetime, timedelta

import pytest

from config.recordwords import DutyState
from store.people import Person, Team
from tests.workflow.desk import Desk
from tests.workflow.playing import due, duty, open_keys, play, tick
from workflow.context import Context
from workflow.duties import duties_of, follow_path
from workflow.dutywatch import keep_duties

SEV2 = ["path_to_green", "review_call", "mitigation"]
DAY = timedelta(days=1)


def test_a_new_escalation_has_the_weekly_duties_of_its_path(desk: Desk) -> None:
    assert open_keys(play(desk)) == SEV2
    assert due(desk, "mitigation") == datetime(2026, 5, 13, 15, 30, tzinfo=UTC)


def test_nothing_is_begun_twice(desk: Desk) -> None:
    play(desk)
    tick(desk, DAY)
    assert desk.playbooks is not None
    assert follow_path(desk.session, desk.by(), desk.esc, desk.playbooks) == []
    assert len(duties_of(desk.session, desk.esc)) == 3


def test_a_raise_keeps_what_was_done_and_begun_and_starts_sev_1(desk: Desk) -> None:
    play(desk)
    desk.says_one("did 2: held on Tuesday")
    desk.says_one("sev 1: the board asks daily")
    assert duty(desk, "severity").state == DutyState.OPEN
    assert [row.state for row in duties_of(desk.session, desk.esc) if row.playbook == "sev2"] == [
        "open", "done", "open", "open",
    ]  # fmt: skip
    assert len(open_keys(desk)) == 3 + 15


def test_the_first_day_ends_a_business_day_later(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    assert due(desk, "raci") == datetime(2026, 5, 7, 8, 30, tzinfo=UTC)
    assert due(desk, "daily_status") == datetime(2026, 5, 7, 15, 30, tzinfo=UTC)
    assert due(desk, "lessons") is None


def test_a_day_is_one_of_the_owners_zone_with_the_days_off_of_the_team(desk: Desk) -> None:
    desk.session.get_one(Team, desk.team.id).holidays = ["2026-05-07"]
    desk.session.get_one(Person, desk.lena.id).zone = "America/New_York"
    play(desk)
    desk.says_one("sev 1")
    assert due(desk, "daily_status") == datetime(2026, 5, 8, 21, 30, tzinfo=UTC)


def test_lowering_drops_what_is_open_of_sev_1_with_an_audit_row(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    desk.says_one("did 4: confirmed")
    desk.says_one("sev 2")
    assert open_keys(desk) == SEV2
    assert duty(desk, "severity").state == DutyState.DONE
    assert desk.audit("duties dropped") == [(None, "14 that were open")]


def test_undo_of_a_raise_takes_its_duties_back(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    desk.says_one("undo")
    assert (desk.esc.path, open_keys(desk)) == (2, SEV2)


def test_a_recurring_duty_comes_again_when_it_is_done(desk: Desk) -> None:
    play(desk)
    said = desk.says_one("did 1: green by June")
    assert "Duty 1 (Weekly path to green" in said
    assert "It comes again as 4, due Wed 20 May 2026 17:30 CEST." in said
    assert (duty(desk, "path_to_green").round, duty(desk, "path_to_green").n) == (2, 4)


def test_rounds_that_went_by_are_not_asked_for_afterwards(desk: Desk) -> None:
    play(desk)
    desk.says_one("did 1: at last", later=timedelta(days=20))
    assert duty(desk, "path_to_green").round == 3
    assert due(desk, "path_to_green") == datetime(2026, 5, 27, 15, 30, tzinfo=UTC)


def test_what_is_asked_once_does_not_come_again(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    n = duty(desk, "channels").n
    assert "comes again" not in desk.says_one(f"did {n}: a room and a bridge")
    assert duty(desk, "channels").n == n


def test_a_skipped_one_keeps_why_and_comes_again(desk: Desk) -> None:
    play(desk)
    desk.says_one("skip 2: they are on holiday")
    rows = [row for row in duties_of(desk.session, desk.esc) if row.key == "review_call"]
    assert [(row.state, row.note) for row in rows] == [("skipped", "they are on holiday"), ("open", "")]


def test_several_are_done_in_one_line(desk: Desk) -> None:
    play(desk)
    desk.says_one("did 1, 2 and 3: reviewed with the customer")
    assert [row.state for row in duties_of(desk.session, desk.esc)][:3] == ["done"] * 3


def test_undo_opens_it_again_and_takes_the_next_round_away(desk: Desk) -> None:
    play(desk)
    desk.says_one("did 1: green by June")
    desk.says_one("undo")
    assert (open_keys(desk), duty(desk, "path_to_green").n) == (SEV2, 1)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("did 9: x", "has no duty 9. Open are: 1 Weekly path to green"),
        ("skip 2", "needs its number and a reason"),
        ("did: it", "by its number"),
    ],
)
def test_a_refusal_says_what_would_do(desk: Desk, said: str, answer: str) -> None:
    play(desk)
    assert answer in desk.refused(said)


@pytest.mark.parametrize("said", ["did 2 of them arrive?", "Did you call?", "skip it", "skip 2 of the steps please"])
def test_a_sentence_is_none(desk: Desk, said: str) -> None:
    play(desk)
    desk.says(said)
    assert open_keys(desk) == SEV2


def test_resolving_stops_what_recurs_and_reopening_begins_it_again(desk: Desk) -> None:
    play(desk)
    desk.says_one("sev 1")
    desk.says_one("resolve: done")
    tick(desk, timedelta(hours=1))
    assert open_keys(desk) == ["sign_off", "lessons", "process_change"]
    desk.says_one("reopen: it is back", later=DAY)
    tick(desk, DAY + timedelta(hours=1))
    assert "daily_status" in open_keys(desk)
    assert due(desk, "daily_status") == datetime(2026, 5, 8, 15, 30, tzinfo=UTC)


def test_nobody_who_switched_duties_off_has_any(desk: Desk) -> None:
    play(desk)
    policy = desk.context.policy
    off = policy.model_copy(update={"playbooks": policy.playbooks.model_copy(update={"duties": False})})
    keep_duties(desk.session, Context(off, desk.context.outgoing), desk.now)
    assert open_keys(desk) == []


def test_what_is_done_already_is_named_and_does_not_stop_the_others(desk: Desk) -> None:
    play(desk)
    desk.says_one("did 1: green by June")
    said = desk.says_one("did 1, 2: held on Tuesday")
    assert "Duty 2 (Weekly review call) is done." in said
    assert "Duty 1 of ESC-1 is done already. Open are: 3 " in said.replace(desk.esc.number, "ESC-1")
