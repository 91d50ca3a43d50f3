"""`useful` and `noise: why` are kept, one verdict for each live finding."""

from sqlalchemy import func, select

from store.risk import Feedback
from tests.workflow.desk import Desk
from tests.workflow.findings import add_finding


def _kept(desk: Desk) -> list[tuple[bool, str, int | None]]:
    rows = select(Feedback.useful, Feedback.why, Feedback.finding_id).order_by(Feedback.id)
    return [(useful, why, finding) for useful, why, finding in desk.session.execute(rows)]


def test_useful_counts_for_each_live_finding(desk: Desk) -> None:
    first, second = add_finding(desk, "tone"), add_finding(desk, "urgency")
    desk.says_one("useful")
    assert _kept(desk) == [(True, "", first), (True, "", second)]


def test_noise_keeps_why(desk: Desk) -> None:
    desk.says_one("noise: their weekly report")
    assert _kept(desk) == [(False, "their weekly report", None)]


def test_noise_without_why_is_asked_for(desk: Desk) -> None:
    assert "Say why" in desk.refused("noise:")


def test_undo_withdraws_the_verdict(desk: Desk) -> None:
    desk.says_one("useful")
    desk.says_one("undo")
    assert desk.session.scalar(select(func.count(Feedback.id))) == 0


def test_noise_may_name_one_finding_by_its_heading(desk: Desk) -> None:
    add_finding(desk, "tone")
    named = add_finding(desk, "repeated_follow_up")
    desk.says_one("Noise asked again: she was on the phone with us")
    assert _kept(desk) == [(False, "she was on the phone with us", named)]


def test_useful_may_name_one_finding(desk: Desk) -> None:
    add_finding(desk, "tone")
    named = add_finding(desk, "deadline")
    desk.says_one("useful deadline.")
    assert _kept(desk) == [(True, "", named)]


def test_a_finding_that_does_not_stand_is_named_back_with_those_that_do(desk: Desk) -> None:
    add_finding(desk, "tone")
    assert "what stands: `tone`" in desk.refused("noise deadline: no")
    assert _kept(desk) == []


def test_a_sentence_about_noise_is_no_verdict(desk: Desk) -> None:
    desk.says("noise in the line: we heard it too")
    assert _kept(desk) == []
