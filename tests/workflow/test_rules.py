"""Rules are counted and judged by what people said of their findings."""

from datetime import timedelta

from sqlalchemy import update

from config.policy import load_policy
from config.words import Signal
from store.risk import FindingRow, ShadowFinding
from store.rules import RuleCount, rule_counts
from tests.workflow.desk import Desk
from tests.workflow.findings import add_finding
from workflow.cases import judged_cases

POLICY = load_policy()


def _count(desk: Desk, rule: str, *, phrases: bool = False) -> RuleCount:
    counts = rule_counts(desk.session, POLICY.shadow, desk.now - timedelta(days=90), phrases=phrases)
    return next(each for each in counts if each.rule == rule)


def test_every_signal_has_its_row_though_it_found_nothing(desk: Desk) -> None:
    counts = rule_counts(desk.session, POLICY.shadow, desk.now - timedelta(days=90))
    assert {each.rule for each in counts} == {s.value for s in Signal}
    assert all((each.found, each.precision, each.interval) == (0, None, None) for each in counts)


def test_verdicts_make_the_precision_of_a_rule(desk: Desk) -> None:
    add_finding(desk, "tone")
    desk.says_one("useful")
    desk.says("noise: they always write so", desk.bob)
    found = _count(desk, "tone")
    assert (found.found, found.raised, found.useful, found.noise, found.precision) == (1, 1, 1, 1, 0.5)


def test_the_last_word_of_a_person_counts(desk: Desk) -> None:
    add_finding(desk, "tone")
    desk.says_one("useful")
    desk.says_one("noise: I was wrong")
    found = _count(desk, "tone")
    assert (found.useful, found.noise) == (0, 1)


def test_the_interval_is_wilsons() -> None:
    low, high = RuleCount("tone", False, 10, 10, 8, 2, None).interval or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_rules_can_be_told_apart_by_id(desk: Desk) -> None:
    add_finding(desk, "tone")
    desk.says_one("useful")
    assert _count(desk, "tone.1", phrases=True).useful == 1


def test_older_findings_are_left_out(desk: Desk) -> None:
    add_finding(desk, "tone")
    desk.session.execute(update(FindingRow).values(found_at=desk.now - timedelta(days=91)))
    assert _count(desk, "tone").found == 0


def test_what_a_rule_on_trial_found_is_counted_with_it(desk: Desk) -> None:
    message = desk.session.get_one(FindingRow, add_finding(desk, "urgency")).message_id
    conversation = desk.session.query(FindingRow).one().conversation_id
    row = ShadowFinding(
        conversation_id=conversation, rule="tone", signal="tone", level=2, rule_id="tone.1", message_id=message,
        start=0, end=5, quote="proof", found_at=desk.now,
    )  # fmt: skip
    desk.session.add(row)
    assert _count(desk, "tone").found == 1


def test_a_verdict_on_all_is_one_case_of_all_that_stood(desk: Desk) -> None:
    add_finding(desk, "tone")
    add_finding(desk, "deadline")
    desk.says_one("useful")
    (case,) = judged_cases(desk.session)
    assert (case.useful, dict(case.strengths)) == (True, {Signal.TONE: 0.8, Signal.DEADLINE: 0.8})


def test_a_verdict_on_one_finding_is_a_case_of_that_alone(desk: Desk) -> None:
    add_finding(desk, "tone")
    add_finding(desk, "deadline")
    desk.says_one("noise deadline: the date is long known")
    (case,) = judged_cases(desk.session)
    assert (case.useful, dict(case.strengths)) == (False, {Signal.DEADLINE: 0.8})
