"""How a person wants to be told comes from the CSV file or the command line, under the names that alerts read."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from alerts.clockwork import daily_budget, digest_hour, quiet_end
from config.policy import load_policy
from store.audit import SYSTEM
from store.people import Person
from store.record import Audit
from tests.workflow.desk import Desk
from workflow.csvfile import CsvError
from workflow.errors import Refused
from workflow.people import import_people
from workflow.preferences import COLUMNS, prefer

ALL = f"email,name,role,{','.join(COLUMNS)}\n"
POLICY = load_policy().alerts


def _import(desk: Desk, cells: str, header: str = ALL) -> Person:
    import_people(desk.session, desk.by(), f"{header}bob.stone@us.example,Bob,agent{cells}\n", "people.csv")
    return desk.session.scalars(select(Person).where(Person.email == "bob.stone@us.example")).one()


def test_what_stands_in_the_file_is_what_alerts_go_by(desk: Desk) -> None:
    bob = _import(desk, ",6,21:00,5:30,3")
    bob.zone = "UTC"
    assert (digest_hour(bob, POLICY), daily_budget(bob, POLICY)) == (6, 3)
    night = datetime(2026, 5, 6, 23, tzinfo=UTC)
    assert quiet_end(bob, POLICY, night) == datetime(2026, 5, 7, 5, 30, tzinfo=UTC)


def test_an_empty_cell_takes_the_policys_value_back(desk: Desk) -> None:
    assert set(_import(desk, ",6,21:00,05:30,3").preferences) == set(COLUMNS)
    assert _import(desk, ",7,,,").preferences == {"digest_hour": 7}


def test_a_file_without_the_columns_changes_no_preference(desk: Desk) -> None:
    _import(desk, ",6,,,")
    assert _import(desk, "", "email,name,role\n").preferences == {"digest_hour": 6}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (",24,,,", 'line 2, digest_hour: "24" is no hour of the day. Write a whole number from 0 to 23.'),
        (",7.5,,,", 'digest_hour: "7.5" is no hour'),
        (",,8 pm,,", 'line 2, quiet_from: "8 pm" is no time of day. Write it as in 09:00.'),
        (",,,25:00,", 'quiet_until: "25:00" is no time of day'),
        (",,,,-1", 'daily_budget: "-1" is no number of alerts a day. Write a whole number from 0 to 1000.'),
        (",,,,99999999999999999999", "is no number of alerts"),
    ],
)
def test_a_wrong_cell_is_told(desk: Desk, cells: str, told: str) -> None:
    with pytest.raises(CsvError) as raised:
        _import(desk, cells)
    assert told in str(raised.value)


def test_what_was_typed_is_set_and_in_the_audit(desk: Desk) -> None:
    prefer(desk.session, desk.by(), desk.bob, {"digest_hour": "6", "quiet_from": "9:15"})
    assert desk.bob.preferences == {"digest_hour": 6, "quiet_from": "09:15"}
    assert quiet_end(desk.bob, POLICY, datetime(2026, 5, 6, 7, 30, tzinfo=UTC)) is not None  # 09:30 in Berlin
    assert desk.session.scalars(select(Audit.action).where(Audit.stream == SYSTEM)).all() == ["preferences"]


def test_default_takes_the_policys_value_back(desk: Desk) -> None:
    prefer(desk.session, desk.by(), desk.bob, {"daily_budget": "2"})
    prefer(desk.session, desk.by(), desk.bob, {"daily_budget": "Default"})
    assert daily_budget(desk.bob, POLICY) == POLICY.daily_budget


def test_a_wrong_word_changes_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="is no hour of the day"):
        prefer(desk.session, desk.by(), desk.bob, {"quiet_from": "10:00", "digest_hour": "noon"})
    assert desk.bob.preferences == {}


def test_the_same_time_twice_is_no_quiet_time(desk: Desk) -> None:
    prefer(desk.session, desk.by(), desk.bob, {"quiet_from": "00:00", "quiet_until": "00:00"})
    assert quiet_end(desk.bob, POLICY, datetime(2026, 5, 6, 3, tzinfo=UTC)) is None
