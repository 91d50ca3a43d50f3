"""Who is away: the backup joins and is told, new work goes to them, and at the return they leave again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.words import NoticeKind
from store.outbox import Notice
from store.people import Person
from store.record import Audit, Participant
from store.roster import Absence, absence_of
from tests.workflow.desk import Desk
from tests.workflow.rota import context, matrix, says
from workflow.absence import end_absences, set_away, set_back, who_is_away
from workflow.climb import rungs_of
from workflow.errors import Refused
from workflow.ladder import keep_ladder
from workflow.roster import Roster

CTX = context()


def _gone(desk: Desk, person: Person, days: float = 2.0) -> str:
    until = desk.now + timedelta(days=days)
    absence = Absence(person_id=person.id, since=desk.now, until=until, quote="", set_by=person.email)
    return set_away(desk.session, replace(desk.by(person), person_id=None), absence, CTX.matrix)


def _part(desk: Desk, person: Person) -> str | None:
    place = desk.session.get(Participant, (desk.esc.id, person.id), populate_existing=True)
    return None if place is None else place.why


def test_the_manager_stands_in_and_is_told_once(desk: Desk) -> None:
    assert _gone(desk, desk.lena) == "Mona Adler stands in for 1 open escalation and has been told."
    assert (desk.esc.owner_id, _part(desk, desk.mona)) == (desk.lena.id, "stands in for Lena Vogt")
    facts = desk.session.scalars(select(Notice.facts).where(Notice.kind == NoticeKind.STAND_IN)).one()
    assert [each["number"] for each in facts["escalations"]] == [desk.esc.number]


def test_many_escalations_are_told_in_one_mail(desk: Desk) -> None:
    desk.opened()
    desk.opened()
    _gone(desk, desk.lena)
    assert desk.notices(NoticeKind.STAND_IN) == [desk.mona.id]


def test_the_backup_of_the_matrix_comes_before_the_manager(desk: Desk, tmp_path: Path) -> None:
    roster = Roster(desk.session, matrix(tmp_path), desk.now)
    found = roster.stand_in(desk.lena)
    assert found is not None
    assert found.id == desk.stan.id


def test_where_the_manager_is_away_too_nobody_stands_in(desk: Desk) -> None:
    _gone(desk, desk.mona)
    assert _gone(desk, desk.lena).startswith("Nobody stands in")


def test_who_comes_back_is_alone_again(desk: Desk) -> None:
    _gone(desk, desk.lena)
    set_back(desk.session, desk.by(), desk.lena)
    assert _part(desk, desk.mona) is None
    assert desk.audit("participant left") == [("mona.adler@us.example", None)]


def test_who_took_it_over_meanwhile_keeps_it(desk: Desk) -> None:
    _gone(desk, desk.lena)
    says(desk, "own", desk.mona, CTX)
    set_back(desk.session, desk.by(), desk.lena)
    assert (desk.esc.owner_id, _part(desk, desk.mona)) == (desk.mona.id, "stands in for Lena Vogt")


def test_an_absence_ends_by_the_clock(desk: Desk) -> None:
    _gone(desk, desk.lena)
    end_absences(desk.session, CTX, desk.now + timedelta(days=1))
    assert [person.id for person, _ in who_is_away(desk.session, desk.now)] == [desk.lena.id]
    end_absences(desk.session, CTX, desk.now + timedelta(days=2))
    assert (who_is_away(desk.session, desk.now), _part(desk, desk.mona)) == ([], None)


def test_going_and_coming_are_in_the_audit(desk: Desk) -> None:
    _gone(desk, desk.lena)
    end_absences(desk.session, CTX, desk.now + timedelta(days=2))
    rows = select(Audit.action, Audit.from_value, Audit.to_value).where(Audit.action.in_(["away", "back"]))
    found = [tuple(row) for row in desk.session.execute(rows.order_by(Audit.seq))]
    assert found == [("away", None, desk.lena.email), ("back", desk.lena.email, None)]


def test_a_second_absence_takes_the_place_of_the_first(desk: Desk) -> None:
    _gone(desk, desk.lena, 2)
    _gone(desk, desk.lena, 5)
    found = absence_of(desk.session, desk.lena.id, desk.now)
    assert found is not None
    assert found.until == desk.now + timedelta(days=5)
    assert len(desk.notices(NoticeKind.STAND_IN)) == 1


def test_an_absence_in_the_past_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="ends in the future"):
        _gone(desk, desk.lena, -1)


def test_away_and_back_by_reply(desk: Desk) -> None:
    said = says(desk, "away until Friday", desk.lena, CTX).lines[0].outcome
    assert said.startswith("You are away until Fri 8 May 2026 17:30 CEST. Mona Adler stands in for 1 open escalation")
    assert says(desk, "back", desk.lena, CTX).lines[0].ok
    assert says(desk, "back", desk.lena, CTX).lines[0].outcome == "Nothing says that Lena Vogt is away."


def test_what_is_given_to_somebody_away_is_looked_after(desk: Desk) -> None:
    _gone(desk, desk.bob)
    said = says(desk, "assign @bob.stone", desk.mona, CTX).lines[0].outcome
    assert "They are away until Fri 8 May 2026 10:30 CEST; Mona Adler stands in." in said
    assert _part(desk, desk.mona) == "stands in for Bob Stone"
    assert desk.notices(NoticeKind.STAND_IN) == []  # Mona did it herself


def test_the_ladder_asks_who_stands_in(desk: Desk) -> None:
    _gone(desk, desk.lena)
    keep_ladder(desk.session, CTX, desk.now)
    assert [(rung.name, rung.person_id) for rung in rungs_of(desk.session, desk.esc)] == [("frontline", desk.mona.id)]


def test_in_a_backfill_nobody_is_brought_in(desk: Desk) -> None:
    absence = Absence(
        person_id=desk.lena.id, since=desk.now, until=desk.now + timedelta(days=1), quote="", set_by="auto-reply"
    )
    set_away(desk.session, desk.by(), absence, CTX.matrix, silent=True)
    assert (_part(desk, desk.mona), desk.notices(NoticeKind.STAND_IN)) == (None, [])
