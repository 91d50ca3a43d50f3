"""`smokewatch promises`: overdue first, under the rights of who asks, and narrowed by its options."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config.words import PromiseState
from smokewatch.cli.output import Exit
from store.database import Store
from store.people import Account, Team
from store.record import Escalation
from store.risk import Promise

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def owing(run: Run, company: Store) -> Run:
    """Two open promises on ESC-1, one missed, one kept; one of another account."""
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    with company.transaction() as session:
        now = datetime.now(UTC)
        other = Account(name="Other", created_at=now)
        session.add(other)
        session.flush()
        second = Escalation(title="x", account_id=other.id, opened_at=now, opened_why="x", changed_at=now)
        session.add(second)
        session.flush()
        for quote, esc, hours, state in (
            ("later", 1, 48, PromiseState.PENDING),
            ("soon", 1, 3, PromiseState.PENDING),
            ("late", 1, -30, PromiseState.MISSED),
            ("done", 1, -30, PromiseState.KEPT),
            ("theirs", second.id, 60, PromiseState.PENDING),
        ):
            due = now + timedelta(hours=hours)
            session.add(
                Promise(
                    escalation_id=esc,
                    start=0,
                    end=0,
                    quote=quote,
                    kind="firm",
                    state=state,
                    due_at=due,
                    grace_until=due,
                    assumed=False,
                    made_by="bob@us.example",
                    made_at=now - timedelta(days=3),
                )
            )
    return run


def quotes(run: Run, *options: str, before: tuple[str, ...] = ()) -> list[str]:
    code, out, err = run(*before, "promises", *options, "--json")
    assert code == Exit.OK, err
    return [row["quote"] for row in json.loads(out)]


def test_what_is_overdue_comes_first_then_what_is_due_next(owing: Run) -> None:
    assert quotes(owing) == ["late", "soon", "later", "theirs"]


def test_it_says_by_when_and_to_whom(owing: Run) -> None:
    first = json.loads(owing("promises", "--json")[1])[0]
    assert (first["standing"], first["account"], first["escalation"]) == ("overdue", "Acme", "ESC-1")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--account", "acme"), ["late", "soon", "later"]),
        (("--team", "support"), ["late", "soon", "later"]),
        (("--person", "bob@us.example", "--state", "kept"), ["done"]),
        (("--mine",), []),
    ],
)
def test_options_narrow_it(owing: Run, options: tuple[str, ...], expected: list[str]) -> None:
    assert quotes(owing, *options) == expected


def test_who_may_not_see_the_escalation_sees_no_promise_of_it(owing: Run) -> None:
    assert quotes(owing, before=("--as", "bob@us.example")) == []


def test_what_is_resolved_is_no_longer_owed(owing: Run, company: Store) -> None:
    with company.transaction() as session:
        session.get_one(Escalation, 1).state = "resolved"
    assert quotes(owing) == ["theirs"]


def test_an_unknown_team_is_answered_with_those_there_are(owing: Run) -> None:
    code, _, err = owing("promises", "--team", "nobody")
    assert (code, "Support" in err) == (Exit.REFUSED, True)


def test_nothing_owed_is_a_sentence(run: Run, company: Store) -> None:
    with company.transaction() as session:
        assert session.scalar(select(Team.id))
    assert "We owe nothing" in run("promises")[1]
