"""The matrix chooses whoever has the least work in front of them, leaves out who is away, and says why."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.matrix import Case
from config.words import State
from store.people import Person
from store.record import Escalation
from store.roster import Absence
from tests.workflow.desk import Desk
from tests.workflow.rota import SERVICES, matrix
from workflow.assignments import because, keep_choice, shown_candidates
from workflow.matrix import Chosen, choose
from workflow.roster import About, Roster


def _choose(desk: Desk, tmp_path: Path, text: str = SERVICES, case: Case | None = None) -> Chosen | None:
    roster = Roster(desk.session, matrix(tmp_path, text), desk.now)
    return choose(roster, About(case or Case("product"), None, desk.team.id, desk.account.id))


def _away(desk: Desk, person: Person, days: int = 3) -> None:
    until = desk.now + timedelta(days=days)
    desk.session.add(Absence(person_id=person.id, since=desk.now, until=until, quote="", set_by=person.email))
    desk.session.flush()


def _resolved(desk: Desk, person: Person, days: float, times: int = 3) -> None:
    for _ in range(times):
        esc = desk.opened(owner=person)
        esc.opened_at, esc.resolved_at, esc.state = desk.now - timedelta(days=days), desk.now, State.RESOLVED
    desk.session.flush()


def test_a_matrix_that_names_nobody_chooses_nobody(desk: Desk, tmp_path: Path) -> None:
    assert _choose(desk, tmp_path, "") is None
    assert choose(Roster(desk.session, None, desk.now), About(Case("product"))) is None


def test_who_has_less_open_is_chosen(desk: Desk, tmp_path: Path) -> None:
    chosen = _choose(desk, tmp_path)  # Lena owns the desk's escalation, Bob nothing
    assert chosen is not None
    assert chosen.person.id == desk.bob.id
    assert [(each.person.name, each.open) for each in chosen.candidates] == [("Lena Vogt", 1), ("Bob Stone", 0)]


def test_who_resolves_quicker_may_have_more_open(desk: Desk, tmp_path: Path) -> None:
    _resolved(desk, desk.lena, 1.0)
    _resolved(desk, desk.bob, 9.0)
    chosen = _choose(desk, tmp_path)
    assert chosen is not None
    assert chosen.person.id == desk.lena.id
    assert [round(each.ahead, 1) for each in chosen.candidates] == [2.0, 9.0]


def test_who_is_away_is_left_out_and_named(desk: Desk, tmp_path: Path) -> None:
    _away(desk, desk.bob)
    chosen = _choose(desk, tmp_path)
    assert chosen is not None
    row = keep_choice(desk.session, desk.by(), desk.esc, chosen)
    assert chosen.person.id == desk.lena.id
    assert because(desk.session, row) == "The matrix names Lena Vogt for product, while Bob Stone is away."


def test_the_backup_is_chosen_when_every_primary_is_away(desk: Desk, tmp_path: Path) -> None:
    _away(desk, desk.bob)
    _away(desk, desk.lena)
    chosen = _choose(desk, tmp_path)
    assert chosen is not None
    assert (chosen.person.id, chosen.place) == (desk.stan.id, "backup")


def test_without_a_primary_anybody_of_the_team_will_do(desk: Desk, tmp_path: Path) -> None:
    chosen = _choose(desk, tmp_path, '[categories.product]\nteam = "support"')
    assert chosen is not None
    assert (chosen.person.id, chosen.place) == (desk.bob.id, "team support")


def test_a_condition_asks_somebody_first(desk: Desk, tmp_path: Path) -> None:
    text = SERVICES + 'review = [{ tier = ["gold"] }]'
    plain, gold = (_choose(desk, tmp_path, text, Case("product", tier=tier)) for tier in ("", "Gold"))
    assert plain is not None
    assert gold is not None
    assert (plain.waits, gold.waits) == (False, True)
    assert (plain.owner.id, gold.owner.id) == (desk.bob.id, desk.mona.id)


def test_the_numbers_are_for_those_they_are_about_and_above_them(desk: Desk, tmp_path: Path) -> None:
    chosen = _choose(desk, tmp_path)
    assert chosen is not None
    row = keep_choice(desk.session, desk.by(), desk.esc, chosen)
    seen = {
        who.name: [each["open"] for each in shown_candidates(desk.session, who, row)]
        for who in (desk.mona, desk.bob, desk.stan)
    }
    assert seen == {"Mona Adler": [1, 0], "Bob Stone": [None, 0], "Stan Kowal": [None, None]}
    assert "0 open, 5 days each assumed" in because(desk.session, row, desk.bob)
    assert "open" not in because(desk.session, row, desk.stan)


@pytest.mark.parametrize("gone", ["resolved", "merged"])
def test_what_is_done_weighs_nothing(desk: Desk, tmp_path: Path, gone: str) -> None:
    esc = desk.session.get_one(Escalation, desk.esc.id)
    if gone == "resolved":
        esc.state = State.RESOLVED
    else:
        esc.merged_into = desk.opened(owner=desk.stan).id
    chosen = _choose(desk, tmp_path)
    assert chosen is not None
    assert chosen.candidates[0].open == 0
