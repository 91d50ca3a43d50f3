"""A block is run line by line: refusals stop nothing, trust decides what waits, and every line is answered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from config.policy import load_policy
from config.settings import Outgoing
from store.record import Audit, Comment, Participant, PendingCommand, UndoEntry
from tests.workflow.desk import Desk
from workflow.context import Context
from workflow.errors import NotFound, Refused
from workflow.execute import Request, Transcript, run_pending
from workflow.trust import Trust

DANGEROUS = ["resolve: done", "close\nroot cause: a\nresolution: b", "merge ESC-{other}"]


def _confirm(desk: Desk, told: Transcript, later: timedelta = timedelta(hours=1)) -> Transcript:
    assert told.pending_id is not None
    request = Request(Trust.CONFIRMED, Context(load_policy(), Outgoing()))
    return run_pending(desk.session, desk.by(later=later), told.pending_id, request)


def test_a_refused_line_stops_no_other(desk: Desk) -> None:
    told = desk.says("ack\nack\nassign @nobody\nsev 1")
    assert [line.ok for line in told.lines] == [True, False, False, True]
    assert (desk.esc.state, desk.esc.path) == ("acknowledged", 1)


def test_lines_are_answered_in_their_order(desk: Desk) -> None:
    told = desk.says("ack\npriority urgentish\nsev 1")
    assert [line.line for line in told.lines] == ["ack", "priority urgentish", "sev 1"]


def test_a_refused_line_leaves_nothing_half_done(desk: Desk) -> None:
    before = desk.esc.version
    desk.says("close")
    assert (desk.esc.version, desk.esc.state) == (before, "open")


def test_every_refusal_is_in_the_audit(desk: Desk) -> None:
    desk.says("assign @nobody\npriority urgent")
    assert desk.audit("command rejected") == [(None, "assign @nobody"), (None, "priority urgent")]


def test_a_sentence_that_begins_like_a_command_is_a_comment_and_in_the_audit(desk: Desk) -> None:
    told = desk.says("Close call yesterday! Please do not resolve this.")
    assert (told.lines, told.comment_added, desk.esc.state) == ((), True, "open")
    assert desk.audit("command rejected") == [(None, "Close call yesterday! Please do not resolve this.")]


def test_the_answer_says_where_it_stands_and_how_to_undo(desk: Desk) -> None:
    told = desk.says("ack")
    assert "is acknowledged, owned by Lena Vogt" in told.state
    assert told.undo == "To take the last command back, answer `undo` before Thu 7 May 2026 10:30 CEST."


def test_what_changed_nothing_offers_no_undo(desk: Desk) -> None:
    assert desk.says("status\nassign @nobody").undo is None


def test_a_forgiven_typo_is_named(desk: Desk) -> None:
    told = desk.says("akc")
    assert told.lines[0].to_json() == {
        "line": "ack",
        "outcome": told.lines[0].outcome,
        "ok": True,
        "corrected_from": "akc",
    }


def test_the_rest_becomes_a_comment(desk: Desk) -> None:
    assert desk.says("ack\n\nI will call them.").comment_added
    assert desk.session.scalars(select(Comment.text)).all() == ["I will call them."]


def test_a_name_in_the_comment_that_nobody_has_is_answered(desk: Desk) -> None:
    assert "nobody called @zoe" in desk.says("ack\n\n@zoe will call them.").lines[1].outcome


def test_whoever_a_command_names_takes_part_and_is_told_once(desk: Desk) -> None:
    told = desk.says("next: @stan looks at the log, @zoe too")
    assert desk.session.get(Participant, (desk.esc.id, desk.stan.id)) is not None
    assert (desk.notices("mention"), "nobody called @zoe" in told.lines[0].outcome) == ([desk.stan.id], True)


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_commands_wait_with_aligned_trust(desk: Desk, text: str) -> None:
    other = desk.opened()
    told = desk.says(text.format(other=other.id), allowed=Trust.ALIGNED)
    assert (desk.esc.state, other.merged_into, told.pending_id is None) == ("open", None, False)


def test_what_waits_is_asked_for_once_and_runs_once(desk: Desk) -> None:
    told = desk.says("ack\nresolve: done\nclose root cause: a", allowed=Trust.ALIGNED)
    assert (desk.esc.state, told.pending_lines) == ("acknowledged", ("resolve: done", "close", "root cause: a"))
    assert [line.ok for line in _confirm(desk, told).lines] == [True, True]
    assert desk.esc.state == "closed"
    with pytest.raises(Refused, match="only once"):
        _confirm(desk, told)


def test_what_would_be_refused_is_not_asked_for(desk: Desk) -> None:
    desk.says("resolve: done")
    told = desk.says("resolve: done", allowed=Trust.ALIGNED)
    assert (told.pending_id, told.lines[0].ok) == (None, False)


def test_trying_out_leaves_no_trace(desk: Desk) -> None:
    before = desk.session.scalar(select(func.count()).select_from(Audit))
    desk.says("resolve: done", allowed=Trust.ALIGNED)
    after = desk.session.scalar(select(func.count()).select_from(Audit))
    assert (after or 0) - (before or 0) == 1
    assert desk.audit("waits for a confirm") == [(None, "resolve: done")]


def test_a_confirm_comes_too_late_after_a_day(desk: Desk) -> None:
    told = desk.says("resolve: done", allowed=Trust.ALIGNED)
    with pytest.raises(Refused, match="time to confirm"):
        _confirm(desk, told, timedelta(hours=24))


def test_nobody_confirms_for_another(desk: Desk) -> None:
    told = desk.says("resolve: done", desk.bob, allowed=Trust.ALIGNED)
    with pytest.raises(Refused, match="nothing of yours"):
        _confirm(desk, told)


def test_a_confirm_of_somebody_who_lost_the_right_does_nothing(desk: Desk) -> None:
    told = desk.says("resolve: done", allowed=Trust.ALIGNED)
    desk.lena.active = False
    with pytest.raises(NotFound):
        _confirm(desk, told)


def test_a_confirm_after_the_state_moved_on_is_told_so(desk: Desk) -> None:
    told = desk.says("resolve: done", allowed=Trust.ALIGNED)
    desk.says("resolve: mine", desk.bob)
    assert "resolved already (by Bob Stone" in _confirm(desk, told).lines[0].outcome


def test_with_weak_trust_everything_that_changes_waits(desk: Desk) -> None:
    before = desk.esc.version
    told = desk.says("ack\nstatus\n\nI will call them.", allowed=Trust.WEAK)
    assert (desk.esc.version, told.pending_lines) == (before, ("ack", "(your comment)"))
    _confirm(desk, told)
    assert desk.esc.state == "acknowledged"
    assert desk.session.scalars(select(Comment.text)).all() == ["I will call them."]


def test_without_trust_nothing_happens(desk: Desk) -> None:
    before = desk.esc.version
    told = desk.says("ack\nown\n\nHello.", allowed=Trust.NONE)
    assert (desk.esc.version, told.comment_added, told.pending_id) == (before, False, None)
    assert desk.session.scalar(select(func.count(PendingCommand.id))) == 0


@pytest.mark.parametrize("text", ["ack ESC-{n}", "ack\n\nThis is about ESC-{n}."])
def test_another_escalations_number_stops_all(desk: Desk, text: str) -> None:
    told = desk.says(text.format(n=desk.esc.id + 1))
    assert (told.lines[0].ok, desk.esc.state) == (False, "open")
    assert f"but named ESC-{desk.esc.id + 1} too" in told.lines[0].outcome


def test_its_own_number_stops_nothing(desk: Desk) -> None:
    assert desk.says(f"ack {desk.esc.number}").lines[0].ok


def test_five_hundred_commands_do_nothing(desk: Desk) -> None:
    told = desk.says("ack\n" * 500)
    assert (desk.esc.state, len(told.lines)) == ("open", 10)


def test_whoever_may_not_see_it_is_told_there_is_none(desk: Desk) -> None:
    with pytest.raises(NotFound, match=f"no escalation {desk.esc.number} that you may see"):
        desk.says("ack", desk.stan)


def test_no_undo_is_kept_for_a_refused_line(desk: Desk) -> None:
    desk.says("assign @nobody")
    assert desk.session.scalar(select(func.count(UndoEntry.id))) == 0
