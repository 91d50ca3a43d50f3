"""Who may see which escalation: the whole matrix of persons and escalations (law 7)."""

import pytest
from sqlalchemy import select

from config.words import Role
from store.people import Person, Team
from store.record import Escalation, Participant
from store.visibility import may_see, visible
from tests.workflow.desk import Desk, person
from workflow.participants import add_participant

WHO = ("admin", "mona", "lena", "bob", "stan", "ella", "chief", "left", "loner")
SEEN = {
    # escalation: who sees it
    "of support, owned by lena": {"admin", "mona", "lena", "bob", "chief"},
    "of engineering, owned by stan": {"admin", "stan", "ella", "chief"},
    "of engineering, lena takes part": {"admin", "stan", "ella", "lena", "chief"},
    "of no team, owned by bob": {"admin", "bob", "mona", "chief"},
    "of no team, owned by nobody": {"admin"},
    "of engineering, owned by nobody": {"admin", "stan", "ella"},
}


@pytest.fixture
def people(desk: Desk) -> dict[str, Person]:
    """Everybody by name. Ella leads engineering; the chief is above Mona and Ella, in a team of his own."""
    board = Team(name="board")
    desk.session.add(board)
    desk.session.flush()
    ella = person(desk.session, "Ella Roth", desk.other_team, Role.MANAGER)
    chief = person(desk.session, "Carl Chief", board, Role.MANAGER)
    left = person(desk.session, "Left Long", desk.team, Role.ADMIN)
    loner = person(desk.session, "Lone Lee", board, Role.MANAGER)
    left.active, loner.team_id = False, None
    desk.stan.manager_id, ella.manager_id, desk.mona.manager_id = ella.id, chief.id, chief.id
    admin = person(desk.session, "Ada Min", board, Role.ADMIN)
    rest = {"lena": desk.lena, "bob": desk.bob, "mona": desk.mona, "stan": desk.stan}
    return rest | {"ella": ella, "chief": chief, "left": left, "loner": loner, "admin": admin}


@pytest.fixture
def escalations(desk: Desk) -> dict[str, Escalation]:
    """One of each kind, by the words of the table above."""
    made = {"of support, owned by lena": desk.esc}
    for words in list(SEEN)[1:]:
        esc = desk.opened()
        esc.team_id = desk.other_team.id if "engineering" in words else None
        esc.owner_id = None if "nobody" in words else desk.bob.id if "bob" in words else desk.stan.id
        desk.session.delete(desk.session.get_one(Participant, (esc.id, desk.lena.id)))
        desk.session.flush()
        for who in (desk.lena,) if "lena" in words else ():
            add_participant(desk.session, desk.by(), esc, who.id, "asked")
        made[words] = esc
    return made


@pytest.mark.parametrize("who", WHO)
def test_each_person_sees_exactly_their_own(
    desk: Desk, people: dict[str, Person], escalations: dict[str, Escalation], who: str
) -> None:
    desk.session.flush()
    listed = set(desk.session.scalars(select(Escalation.id).where(visible(people[who]))))
    expected = {escalations[words].id for words, seers in SEEN.items() if who in seers}
    assert listed == expected


@pytest.mark.parametrize("words", SEEN)
def test_the_single_question_agrees_with_the_list(
    desk: Desk, people: dict[str, Person], escalations: dict[str, Escalation], words: str
) -> None:
    desk.session.flush()
    seers = {who for who in WHO if may_see(desk.session, people[who].id, escalations[words].id)}
    assert seers == SEEN[words]


def test_a_ring_of_managers_ends(desk: Desk) -> None:
    desk.bob.role, desk.bob.manager_id, desk.mona.manager_id = Role.MANAGER, desk.mona.id, desk.bob.id
    desk.session.flush()
    assert may_see(desk.session, desk.mona.id, desk.esc.id)


def test_who_or_what_does_not_exist_is_not_seen(desk: Desk) -> None:
    assert not may_see(desk.session, 999_999, desk.esc.id)
    assert not may_see(desk.session, desk.lena.id, 999_999)
