"""`smokewatch actions`: lists, bulk changes, links and rates on the command line."""

import json
from collections.abc import Callable

import pytest

from smokewatch.cli.output import Exit

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def busy(run: Run) -> Run:
    """ESC-1 with two items of Bob's."""
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    assert run("action", "1", "@bob by tomorrow: call the plant")[0] == Exit.OK
    assert run("action", "1", "@bob: write it down")[0] == Exit.OK
    return run


def _items(run: Run, *words: str) -> list[tuple[str, str]]:
    rows = json.loads(run("actions", *words, "--json")[1])
    return [(f"{row['number']}:{row['n']}", row["state"]) for row in rows]


def test_items_are_listed(busy: Run) -> None:
    assert _items(busy) == [("ESC-1:1", "open"), ("ESC-1:2", "open")]
    out = busy("actions")[1]
    assert "call the plant" in out
    assert "Bob Agent" in out


def test_ones_own(busy: Run) -> None:
    assert _items(busy, "--mine") == []
    assert json.loads(busy("--as", "bob@us.example", "actions", "--mine", "--json")[1])[0]["text"] == "call the plant"


def test_verbs_change_one(busy: Run) -> None:
    assert busy("doing", "ESC-1", "1")[0] == Exit.OK
    assert busy("move", "ESC-1", "1", "to", "Friday:", "the part is late")[0] == Exit.OK
    assert busy("done", "ESC-1", "1")[0] == Exit.OK
    assert busy("drop", "ESC-1", "2:", "no need")[0] == Exit.OK
    assert _items(busy, "--state", "done", "--state", "cancelled") == [("ESC-1:1", "done"), ("ESC-1:2", "cancelled")]


def test_many_are_given_to_another(busy: Run) -> None:
    code, out, err = busy("actions", "reassign", "ada", "--assignee", "bob")
    assert (code, out.strip()) == (Exit.OK, "Changed 2 action items on 1 escalation."), err
    assert _items(busy, "--assignee", "ada") == [("ESC-1:1", "open"), ("ESC-1:2", "open")]


def test_named_ones_get_another_state(busy: Run) -> None:
    assert busy("actions", "set", "done", "ESC-1:2")[0] == Exit.OK
    assert _items(busy, "--state", "done") == [("ESC-1:2", "done")]
    assert busy("actions", "set", "done", "ESC-1:2")[1].strip() == "No action item had to be changed."


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("reassign", "ada"), Exit.USAGE, "Say which items"),
        (("reassign", "ada", "ESC-1:1", "--overdue"), Exit.USAGE, "not both"),
        (("set", "done", "first"), Exit.USAGE, "as in ESC-1:3"),
        (("set", "done", "ESC-1:1", "ESC-1:9"), Exit.REFUSED, "no action item ESC-1:9; nothing was changed"),
        (("set", "cancelled", "ESC-1:1"), Exit.REFUSED, "needs a reason"),
        (("reassign", "nobody", "ESC-1:1"), Exit.REFUSED, "I know nobody called @nobody"),
        (("link", "ESC-1:1", "task", "T-1"), Exit.REFUSED, "There is no task T-1"),
        (("link", "ESC-9:1", "task", "T-1"), Exit.REFUSED, "There is no ESC-9 that you may see"),
    ],
)
def test_what_cannot_be_done_says_why(busy: Run, words: tuple[str, ...], code: Exit, said: str) -> None:
    ended, _, err = busy("actions", *words)
    assert (ended, said in " ".join(err.split())) == (code, True), err
    assert _items(busy) == [("ESC-1:1", "open"), ("ESC-1:2", "open")]


@pytest.mark.parametrize(
    "words", [("set", "done", "ESC-1:1"), ("set", "done", "ESC-1:9"), ("reassign", "no", "ESC-9:1")]
)
def test_bulk_is_for_admins_and_tells_others_nothing(busy: Run, words: tuple[str, ...]) -> None:
    code, _, err = busy("--as", "bob@us.example", "actions", *words)
    assert (code, "only an admin" in err) == (Exit.REFUSED, True)


def test_rates(busy: Run) -> None:
    busy("done", "1", "1")
    rates = json.loads(busy("actions", "rates", "--json")[1])
    assert [(rate["source"], rate["made"], rate["rate"]) for rate in rates] == [("hand", 2, 0.5), ("all", 2, 0.5)]
    assert "50%" in busy("actions", "rates")[1]
