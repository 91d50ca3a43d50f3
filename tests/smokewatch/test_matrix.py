"""`smokewatch matrix`, `overrides`, `away`, and what `check` says of names that nobody knows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.fields import load_fields
from config.matrix import load_matrix
from smokewatch.cli.output import Exit
from smokewatch.matrixcheck import in_words, unknown_names
from store.database import Store
from store.roster import Assignment

Run = Callable[..., tuple[int, str, str]]

OWN = """
[categories.services]
primary = ["ada@us.example", "gone@us.example"]
backup = ["bob@us.example"]
team = "Nobodies"

[categories.gardening]
team = "Support"

[accounts."Acme"]
sponsor = "ada@us.example"
[accounts."Nowhere"]
sponsor = "ada@us.example"
"""


@pytest.fixture
def matrix(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line with a matrix of one's own."""
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("SMOKEWATCH__MATRIX", "own.toml")
    return run


def test_the_shipped_matrix_is_shown(run: Run) -> None:
    code, out, _ = run("matrix")
    assert code == Exit.OK
    assert "it names nobody" in out
    assert "executive sponsor" in out


def test_ones_own_is_shown(matrix: Run) -> None:
    _, out, _ = matrix("matrix")
    assert "From own.toml" in out
    assert "ada@us.example, gone@us.example" in out


def test_a_try_names_who_would_own_it_and_who_would_be_asked(matrix: Run) -> None:
    _, out, _ = matrix("matrix", "try", "--category", "services", "--account", "acme", "--json")
    tried = json.loads(out)
    assert tried["sentence"] == "The matrix names Ada Admin for services."
    assert [row["asked"] for row in tried["ladder"]] == ["Ada Admin"]


def test_a_try_without_a_name_says_where_it_goes(matrix: Run) -> None:
    _, out, _ = matrix("matrix", "try")
    assert "The matrix names nobody for this who is here" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("matrix", "try", "--category", "tea"), "There is no category 'tea'; there are: product, services"),
        (("matrix", "try", "--account", "tea"), "There is no account named 'tea'"),
        (("away", "@nobody", "--until", "Friday"), "I know nobody called @nobody"),
        (("away", "@bob", "--until", "soonish"), '"soonish" is no date'),
        (("back", "@bob"), "Nothing says that Bob Agent is away."),
        (("overrides", "reconcile", "7"), "There is no override 7 that you may see"),
    ],
)
def test_bad_input_gets_a_sentence(matrix: Run, words: tuple[str, ...], said: str) -> None:
    code, _, err = matrix(*words)
    assert code != Exit.OK
    assert said in err


def test_a_mistake_in_the_file_stops_with_its_place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text('[categories.services]\nprimary = ["ada"]', encoding="utf-8")
    monkeypatch.setenv("SMOKEWATCH__MATRIX", "own.toml")
    code, _, err = run("matrix")
    assert code == Exit.SETTINGS
    assert "own.toml, categories, services, primary 1: 'ada' is no mail address" in err


def test_somebody_is_set_away_and_comes_back(run: Run) -> None:
    assert run("away")[1].strip() == "Nobody is away."
    assert run("away", "@bob", "--until", "2099-01-01")[1].startswith("Bob Agent is away until 2099-01-01.")
    assert "@bob" in run("away")[1]
    assert run("back", "@bob")[1].strip() == "Bob Agent is back; mail comes to them again."
    assert run("away")[1].strip() == "Nobody is away."


def test_only_admins_set_others_away(run: Run) -> None:
    code, _, err = run("--as", "bob@us.example", "away", "@ada", "--until", "Friday")
    assert (code, "only an admin may do this" in err) == (Exit.REFUSED, True)


@pytest.fixture
def overridden(run: Run, company: Store) -> Run:
    """ESC-1 was given to Bob against the matrix."""
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    with company.transaction() as session:
        now = datetime.now(UTC)
        session.add(
            Assignment(
                escalation_id=1, category="services", person_id=1, state="overridden", at=now, override_id=2,
                override_by=1, override_at=now, reason="he was there",
                terms={"candidates": [{"id": 1, "name": "Ada Admin", "open": 2, "days": 5.0, "known": 0, "ahead": 15.0,
                                       "away": ""}]},
            )
        )  # fmt: skip
    return run


def test_overrides_are_listed_until_reconciled(overridden: Run) -> None:
    assert "he was there" in overridden("overrides", "list")[1]
    said = overridden("overrides", "reconcile", "1")[1].strip()
    assert said == "Settled: Bob Agent instead of Ada Admin for ESC-1."
    assert overridden("overrides", "list")[1].strip() == "No override waits to be reconciled."


def test_overrides_of_what_one_may_not_see_are_not_listed(overridden: Run) -> None:
    assert overridden("--as", "bob@us.example", "overrides", "list")[1].strip() == "No override waits to be reconciled."
    _, _, err = overridden("--as", "bob@us.example", "overrides", "reconcile", "1")
    assert "There is no override 1 that you may see" in err


@pytest.mark.parametrize("command", ["show", "explain"])
def test_why_this_owner_is_shown(overridden: Run, command: str) -> None:
    _, out, _ = overridden(command, "ESC-1")
    assert "Why this owner" in out
    assert "Overridden: he was there." in out


def test_unknown_names_are_named(company: Store, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    with company.transaction() as session:
        found = list(unknown_names(session, load_matrix(path), load_fields()))
    assert found == [
        "gone@us.example (categories.services.primary) is none of your people",
        "Nobodies (categories.services.team) is no team of yours",
        "Nowhere (accounts) is no account",
        "gardening (categories) is no category",
    ]
    assert in_words(found * 3).endswith("and 4 more")
