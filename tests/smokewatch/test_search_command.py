"""`smokewatch search` reads what a shell passes on, indexes what waits, and shows what was found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from smokewatch.cli.output import Exit
from smokewatch.cli.search import as_text
from store.database import Store
from store.mail import Conversation
from tests.workflow.letters import letter

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stocked(run: Run, company: Store) -> Run:
    """ESC-1 with a mail."""
    assert run("open", "Printer", "--account", "Acme")[0] == Exit.OK
    at = datetime(2026, 5, 4, 8, tzinfo=UTC)
    with company.transaction() as session:
        thread = Conversation(subject="x", escalation_id=1, first_at=at, last_at=at)
        session.add(thread)
        session.flush()
        letter(session, thread, "The controller burns again.", at, subject="Fire \x1b[31m")
    return run


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["report"], "report"),
        (['"late again" -x account:norvik'], '"late again" -x account:norvik'),
        (["late again", "report"], '"late again" report'),
        (["account:Norvik Pumps", "-no go", "x"], 'account:"Norvik Pumps" -"no go" x'),
    ],
)
def test_what_the_shell_took_the_quotes_off_is_quoted_again(words: list[str], text: str) -> None:
    assert as_text(words) == text


def test_what_just_came_is_found(stocked: Run) -> None:
    code, out, err = stocked("search", "burning", "-invoice", "account:acme")
    assert (code, err) == (Exit.OK, "")
    assert out.startswith("ESC-1  Fire")
    assert "The controller burns again." in out
    assert "\x1b" not in out
    assert out.rstrip().endswith("1 of 1 found.")


def test_a_slip_is_named(stocked: Run) -> None:
    out = stocked("search", "contorller")[1]
    assert out.startswith("Nothing has “contorller”; showing results for “controller”.")


def test_json_tells_all_of_it(stocked: Run) -> None:
    found = json.loads(stocked("search", "controller", "--json")[1])
    assert (found["total"], found["waiting"], found["hits"][0]["number"]) == (1, 0, "ESC-1")


def test_who_may_not_see_it_finds_nothing(stocked: Run) -> None:
    code, out, _ = stocked("--as", "bob@us.example", "search", "controller")
    assert (code, out.strip()) == (Exit.OK, "Nothing that you may see fits.")


def test_an_unknown_filter_is_refused_with_those_there_are(stocked: Run) -> None:
    code, _, err = stocked("search", "colour:red")
    assert code == Exit.REFUSED
    assert "There is no filter `colour:`. There are account:, state:" in err


def test_a_hand_over_takes_the_name_as_an_option(stocked: Run) -> None:
    code, out, _ = stocked("handoff", "ESC-1", "--to", "bob", "they call at nine")
    assert code == Exit.OK
    assert out.startswith("Bob Agent gets a mail with the summary of ESC-1 and takes part now.")
    (line,) = json.loads(stocked("outbox", "list", "--json")[1])
    assert (line["kind"], line["recipient"]) == ("handover", "bob@us.example")


def test_a_hand_over_without_a_name_says_how(stocked: Run) -> None:
    code, _, err = stocked("handoff", "ESC-1")
    assert (code, "handoff @lena.vogt" in err) == (Exit.USAGE, True)
