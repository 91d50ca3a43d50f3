"""Lists and counts hold what the asking person may see, and nothing else."""

from config.words import Risk, State
from tests.workflow.desk import Desk
from workflow.queries import Filter, list_escalations, status_counts


def test_the_highest_risk_comes_first(desk: Desk) -> None:
    calm, hot = desk.opened(), desk.opened()
    calm.risk, hot.risk = "elevated", "critical"
    desk.session.flush()
    assert [row.id for row in list_escalations(desk.session, desk.lena)] == [hot.id, calm.id, desk.esc.id]


def test_whoever_may_not_see_them_has_an_empty_list_and_no_count(desk: Desk) -> None:
    assert list_escalations(desk.session, desk.stan) == []
    assert set(status_counts(desk.session, desk.stan).values()) == {0}


def test_filters_narrow_it(desk: Desk) -> None:
    mine = desk.opened(owner=desk.bob)
    mine.risk = "high"
    desk.session.flush()
    for wanted in (Filter(owner_id=desk.bob.id), Filter(risk=Risk.HIGH)):
        assert [row.id for row in list_escalations(desk.session, desk.lena, wanted)] == [mine.id]
    assert list_escalations(desk.session, desk.lena, Filter(account_id=desk.account.id + 1)) == []


def test_closed_ones_are_listed_only_when_asked_for(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresolution: b")
    assert list_escalations(desk.session, None) == []
    closed = list_escalations(desk.session, None, Filter(state=State.CLOSED))
    assert [row.number for row in closed] == [desk.esc.number]


def test_merged_ones_count_where_they_went(desk: Desk) -> None:
    other = desk.opened()
    desk.says(f"merge {other.number}")
    assert status_counts(desk.session, desk.lena)[State.OPEN] == 1


def test_a_row_is_plain_json(desk: Desk) -> None:
    row = list_escalations(desk.session, desk.lena)[0].to_json()
    assert (row["number"], row["account"], row["owner"], row["changed_at"]) == (
        desk.esc.number,
        "Norvik",
        "Lena Vogt",
        desk.now.isoformat(),
    )
