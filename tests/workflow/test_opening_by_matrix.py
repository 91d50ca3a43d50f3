"""A new escalation goes to whom the matrix names, is proposed where it says so, and passes over who is away."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.matrix import Matrix
from config.words import Direction, NoticeKind
from signals.calendar import Calendar
from signals.reader import read_message
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from store.roster import Absence, Assignment
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from tests.workflow.rota import SERVICES, context, matrix
from workflow.assess import assess

THREAT = "We will cancel our contract with you."


def _opened(desk: Desk, rules: Matrix | None = None) -> Escalation:
    """What a threat in a new conversation opens."""
    conversation = desk.conversation("Valve leaks")
    conversation.team_id = desk.team.id
    message = add_message(desk, conversation, THREAT)
    message.reading = read_message(THREAT, Direction.IN, desk.now, Calendar()).to_json()
    assess(desk.session, [conversation.id], context(rules), desk.now)
    desk.session.flush()
    return desk.session.scalars(select(Escalation).where(Escalation.id != desk.esc.id)).one()


def _facts(desk: Desk, person: Person) -> dict[str, object]:
    rows = select(Notice.facts).where(Notice.kind == NoticeKind.NEW_ESCALATION, Notice.person_id == person.id)
    return dict(desk.session.scalars(rows).one())


def _away(desk: Desk, person: Person) -> None:
    until = desk.now + timedelta(days=3)
    desk.session.add(Absence(person_id=person.id, since=desk.now, until=until, quote="", set_by=person.email))
    desk.session.flush()


def test_the_shipped_matrix_leaves_everything_as_it_was(desk: Desk) -> None:
    assert _opened(desk).owner_id == desk.mona.id
    assert desk.session.scalars(select(Assignment)).all() == []
    assert "chosen" not in _facts(desk, desk.mona)


def test_the_matrix_chooses_and_the_alert_says_why(desk: Desk, tmp_path: Path) -> None:
    assert _opened(desk, matrix(tmp_path)).owner_id == desk.bob.id
    said = str(_facts(desk, desk.bob)["chosen"])
    assert said.startswith(
        "The matrix chose you for product: of 2 people you have the least work in front of you (0 open"
    )
    assert str(_facts(desk, desk.mona)["chosen"]).endswith("Bob Stone has the least work in front of them.")


def test_a_proposal_is_the_managers_until_they_answer(desk: Desk, tmp_path: Path) -> None:
    made = _opened(desk, matrix(tmp_path, SERVICES + "review = [{}]"))
    assert made.owner_id == desk.mona.id
    assert desk.session.scalars(select(Assignment.state)).all() == ["proposed"]
    assert str(_facts(desk, desk.mona)["proposal"]).startswith("The matrix proposes Bob Stone for product")


def test_each_gets_one_mail(desk: Desk, tmp_path: Path) -> None:
    _opened(desk, matrix(tmp_path, SERVICES + "review = [{}]"))
    assert desk.session.scalars(select(Notice.person_id)).all() == [desk.mona.id]


@pytest.mark.parametrize("rules", [None, '[categories.product]\nprimary = ["bob.stone@us.example"]'])
def test_who_stands_in_owns_what_would_go_to_somebody_away(desk: Desk, tmp_path: Path, rules: str | None) -> None:
    desk.account.owner_id = desk.bob.id
    _away(desk, desk.bob)
    assert _opened(desk, None if rules is None else matrix(tmp_path, rules)).owner_id == desk.mona.id
