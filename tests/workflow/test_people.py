"""People and teams come from CSV files: all rows or none, and every wrong cell is told with its line and its cure."""

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import func, select

from store.people import Person, Team
from store.record import Audit
from tests.workflow.desk import Desk
from workflow.csvfile import CsvError
from workflow.people import Imported, import_people, import_teams

HEADER = "email,name,role,team,title,manager,zone\n"
TEAM_HEADER = "team,zone,open,close,holidays,mailboxes\n"


def people(desk: Desk, rows: str, header: str = HEADER) -> Imported:
    return import_people(desk.session, desk.by(), header + rows, "people.csv")


def teams(desk: Desk, rows: str, header: str = TEAM_HEADER) -> Imported:
    return import_teams(desk.session, desk.by(), header + rows, "teams.csv")


def _by_email(desk: Desk, email: str) -> Person:
    return desk.session.scalars(select(Person).where(Person.email == email)).one()


def test_people_are_created_with_team_manager_and_handle(desk: Desk) -> None:
    done = people(desk, "Ida.Roe@us.example,Ida Roe,agent,support,Engineer,mona.adler@us.example,Europe/Paris\n")
    ida = _by_email(desk, "ida.roe@us.example")
    assert (done.created, done.updated) == (1, 0)
    assert (ida.handle, ida.team_id, ida.manager_id, ida.zone) == (
        "ida.roe",
        desk.team.id,
        desk.mona.id,
        "Europe/Paris",
    )


def test_a_manager_may_stand_further_down_in_the_file(desk: Desk) -> None:
    people(desk, "a@us.example,A,agent,support,,z@us.example,\nz@us.example,Z,manager,support,,,\n")
    assert _by_email(desk, "a@us.example").manager_id == _by_email(desk, "z@us.example").id


def test_known_people_are_brought_up_to_date_and_keep_their_handle(desk: Desk) -> None:
    done = people(desk, "bob.stone@us.example,Robert Stone,manager,engineering,Lead,,UTC\n")
    assert (done.created, done.updated) == (0, 1)
    assert (desk.bob.name, desk.bob.role, desk.bob.handle, desk.bob.manager_id) == (
        "Robert Stone",
        "manager",
        "bob.stone",
        None,
    )


def test_a_column_that_is_not_in_the_file_changes_nothing(desk: Desk) -> None:
    people(desk, "bob.stone@us.example,Bob,agent\n", "email,name,role\n")
    assert (desk.bob.team_id, desk.bob.manager_id, desk.bob.zone) == (desk.team.id, desk.mona.id, "Europe/Berlin")


def test_handles_are_unique(desk: Desk) -> None:
    people(desk, "bob.stone@them.example,B,agent,,,,\nbob.stone@other.example,C,agent,,,,\n+1@us.example,D,agent,,,,\n")
    found = desk.session.scalars(select(Person.handle).where(Person.name.in_(("B", "C", "D"))).order_by(Person.name))
    assert list(found) == ["bob.stone.them", "bob.stone.other", "p1"]


def test_an_unknown_team_is_made_and_told(desk: Desk) -> None:
    done = people(desk, "a@us.example,A,agent,legal,,,Asia/Tokyo\n")
    assert "legal" in done.notes[0]
    assert desk.session.scalars(select(Team.zone).where(Team.name == "legal")).one() == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nobody,A,agent,,,,", 'line 2, email: "nobody" is not a mail address. Write it as name@company.example.'),
        (",A,agent,,,,", "line 2, email: it is empty. Every row needs it."),
        ("a@us.example,,agent,,,,", "line 2, name: it is empty"),
        ("a@us.example,A,boss,,,,", 'line 2, role: "boss" is no role. Write one of: admin, manager, agent.'),
        ("a@us.example,A,agent,,,x@us.example,", 'line 2, manager: "x@us.example" is none of our people'),
        ("a@us.example,A,agent,,,a@us.example,", "line 2, manager: going up from here leads back here"),
        (
            "a@us.example,A,agent,,,,Mars/Base",
            'line 2, zone: "Mars/Base" is no time zone. Write it as in Europe/Berlin.',
        ),
        ("a@us.example,A,agent,,,,,,", "line 2, row: it has more cells than the header"),
        ('a@us.example,"A', "is not readable as CSV"),
        ("bob.stone@us.example,B,agent,,,,\nbob.stone@us.example,B,agent,,,,", "line 3, email: "),
        ("mona.adler@us.example,M,manager,,,lena.vogt@us.example,", "leads back here"),
    ],
)
def test_a_wrong_cell_is_told(desk: Desk, row: str, told: str) -> None:
    with pytest.raises(CsvError) as raised:
        people(desk, row + "\n")
    assert told in str(raised.value)


def test_all_mistakes_are_told_at_once_and_nothing_is_done(desk: Desk) -> None:
    before = desk.session.scalar(select(func.count(Person.id)))
    with pytest.raises(CsvError) as raised:
        people(desk, "good@us.example,G,agent,,,,\nbad,B,agent,,,,\nc@us.example,C,king,,,,Nowhere/X\n")
    assert [(m.line, m.column) for m in raised.value.mistakes] == [(3, "email"), (4, "role"), (4, "zone")]
    assert desk.session.scalar(select(func.count(Person.id))) == before


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("email;name;role\n", "parted by semicolons"),
        ("email,name\n", "the column `role` is missing"),
        ("email,name,role,salary\n", "the column `salary` is not known"),
        ("", "the column `email` is missing"),
    ],
)
def test_a_wrong_header_is_told(desk: Desk, header: str, told: str) -> None:
    with pytest.raises(CsvError) as raised:
        people(desk, "", header)
    assert told in str(raised.value)


def test_excels_mark_at_the_beginning_is_no_part_of_the_header(desk: Desk) -> None:
    assert people(desk, "a@us.example,A,agent\n", "\ufeffEmail,Name,Role\n").created == 1


def test_the_import_is_in_the_audit(desk: Desk) -> None:
    import_people(desk.session, replace(desk.by(), person_id=None), HEADER + "a@us.example,A,agent,,,,\n", "x")
    assert desk.session.scalars(select(Audit.action).where(Audit.stream == "system")).all() == ["people imported"]


def test_teams_have_hours_holidays_and_mailboxes(desk: Desk) -> None:
    teams(desk, "support,Europe/Berlin,8:30,17:00,2026-12-25;2026-12-26,help@us.example;vip@us.example\n")
    assert (desk.team.opens, desk.team.closes) == (time(8, 30), time(17))
    assert desk.team.holidays == ["2026-12-25", "2026-12-26"]
    assert desk.team.mailboxes == ["help@us.example", "vip@us.example"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("x,UTC,9,17:00,,", 'line 2, open: "9" is no time of day. Write it as in 09:00.'),
        ("x,UTC,18:00,09:00,,", "line 2, close: 09:00 is not after 18:00"),
        ("x,UTC,,,25.12.2026,", 'line 2, holidays: "25.12.2026" is no date'),
        ("x,UTC,,,,help", "line 2, mailboxes: "),
        ("x,UTC,,,,\nx,UTC,,,,", 'line 3, team: "x" stands on line 2 too'),
    ],
)
def test_a_wrong_team_is_told(desk: Desk, row: str, told: str) -> None:
    with pytest.raises(CsvError) as raised:
        teams(desk, row + "\n")
    assert told in str(raised.value)
