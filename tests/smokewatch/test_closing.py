"""`smokewatch closeout`, the form of an incomplete `close`, and locks on the command line."""

import json
from collections.abc import Callable

import pytest

from smokewatch.cli.output import Exit

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def opened(run: Run) -> Run:
    """ESC-1, open."""
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    return run


def test_closing_without_its_texts_shows_what_is_known_and_asked(opened: Run) -> None:
    code, out, _ = opened("close", "1")
    assert (code, "Who" in out, "root cause:" in out, "[What was wrong" in out) == (Exit.REFUSED, True, True, True)


def test_all_parts_locked_and_shown(opened: Run) -> None:
    parts = ("root cause: a fuse", "resolution: replaced", "customer impact: a day", "lessons: check fuses")
    assert opened("close", "1", *parts)[0] == Exit.OK
    assert opened("lock", "1")[0] == Exit.OK
    facts = json.loads(opened("closeout", "1", "--json")[1])
    assert [(v["version"], v["lessons"], v["customer_impact"]) for v in facts["versions"]] == [
        ("v1", "check fuses", "a day")
    ]
    assert facts["locked"]["by"] == "Ada Admin"
    out = opened("show", "1")[1]
    assert "Locked since" in out
    assert "check fuses" in out


def test_a_locked_record_is_refused_and_opened_with_a_reason(opened: Run) -> None:
    opened("close", "1", "root cause: a", "resolution: b")
    opened("lock", "1")
    code, out, _ = opened("reopen", "1", "it is back")
    assert (code, "is locked" in out) == (Exit.REFUSED, True)
    assert opened("unlock", "1")[0] == Exit.USAGE
    assert opened("unlock", "1", "another cause was found")[0] == Exit.OK
    assert opened("reopen", "1", "it is back")[0] == Exit.OK


def test_a_sign_off_by_hand(opened: Run) -> None:
    assert opened("signed-off", "1", 'Ana by phone: "all fine"')[0] == Exit.OK
    facts = json.loads(opened("show", "1", "--json")[1])["closing"]
    assert [(row["who"], row["words"]) for row in facts["sign_offs"]] == [("Ana by phone", "all fine")]


def test_who_may_not_see_it_is_told_nothing(opened: Run) -> None:
    hidden = opened("--as", "bob@us.example", "closeout", "1")
    absent = opened("--as", "bob@us.example", "closeout", "99")
    assert hidden[0] == absent[0] == Exit.REFUSED
    assert hidden[2].replace("ESC-1 ", "") == absent[2].replace("ESC-99 ", "")


def test_a_wrong_folder_of_prompts_stops_the_start(opened: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKEWATCH__CLOSEOUTS", "nowhere")
    code, _, err = opened("list")
    assert (code, "nowhere: there is no such folder" in err) == (Exit.SETTINGS, True)
