"""The close asks for the last duties: done where the record shows it, named where not, in the way by policy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.workflow.desk import Desk
from tests.workflow.playing import duty, open_keys, play, tick
from workflow.closeform import form_of
from workflow.closingduties import settle_for_close
from workflow.duties import duties_of
from workflow.errors import Refused
from workflow.joining import merge, unmerge
from workflow.raci import raci_of
from workflow.record import lock
from workflow.verbs import VERBS
from workflow.verbs.base import Work

CLOSE = "close\nroot cause: a bad seal\nresolution: new seal"


def _sev1(desk: Desk) -> Desk:
    play(desk)
    desk.says_one("sev 1")
    return desk


def test_what_is_left_is_named_and_the_close_goes_on(desk: Desk) -> None:
    _sev1(desk)
    said = desk.says(CLOSE).lines[-1].outcome
    assert desk.esc.state == "closed"
    assert "Left undone of what the playbook asks for at the close: 16 Get the customer's sign-off; 17" in said


def test_lessons_of_the_closeout_are_the_lessons(desk: Desk) -> None:
    _sev1(desk)
    desk.says(f"{CLOSE}\nlessons: check seals twice")
    assert duty(desk, "lessons").state == "done"


def test_the_form_names_them(desk: Desk) -> None:
    _sev1(desk)
    headings = {h.title: h.lines for h in form_of(_work(desk)).known}
    assert headings["Still asked for by the playbook"][-1] == "18. Decide which process changes"


def _work(desk: Desk) -> Work:
    return Work(desk.session, desk.by(), desk.esc, {}, desk.context, VERBS)


def test_the_policy_may_hold_the_close_back(desk: Desk) -> None:
    _sev1(desk)
    policy = desk.context.policy
    strict = policy.playbooks.model_copy(update={"open_duties_block_close": True})
    ctx = replace(desk.context, policy=policy.model_copy(update={"playbooks": strict}))
    with pytest.raises(Refused, match="Write `did 16: how`, or `skip 16: why`, first"):
        settle_for_close(desk.session, desk.by(), desk.esc, ctx)


def test_after_the_close_nothing_is_open(desk: Desk) -> None:
    _sev1(desk)
    desk.says(CLOSE)
    tick(desk, timedelta(hours=1))
    assert open_keys(desk) == []


def test_what_was_done_and_who_does_what_follow_a_merge_and_back(desk: Desk) -> None:
    play(desk)
    desk.says("did 1: green by June\nraci @bob RA")
    target = desk.opened(desk.conversation("Other"))
    lock(desk.session, target.id)
    moved = merge(desk.session, desk.by(), desk.esc, target)
    assert [(row.n, row.playbook) for row in duties_of(desk.session, target)] == [(1, f"sev2 of {desk.esc.number}")]
    assert [letter for letter, _ in raci_of(desk.session, target)] == ["R", "A"]
    unmerge(desk.session, desk.by(), target, moved)
    assert [row.state for row in duties_of(desk.session, desk.esc)] == ["done", "open", "open", "open"]
    assert duties_of(desk.session, target) == []
