"""Playbooks on the command line: duties are listed, done and shown with plan, register and RACI."""

import json

import pytest

from tests.smokewatch.conftest import Run


@pytest.fixture
def opened(run: Run) -> Run:
    """One escalation, opened by hand."""
    assert run("open", "Pump stands", "--account", "Acme")[0] == 0
    return run


def test_what_is_opened_by_hand_has_its_duties_at_once(opened: Run) -> None:
    duties = json.loads(opened("playbook", "ESC-1", "--json")[1])["duties"]
    assert [(row["n"], row["state"]) for row in duties] == [(1, "open"), (2, "open"), (3, "open")]


def test_a_raise_names_the_first_duties_and_how_to_do_one(opened: Run) -> None:
    out = " ".join(opened("sev", "ESC-1", "1: the board asks")[1].split())
    assert "is on the Sev 1 path now; it was Sev 2. It brings 15 duties." in out
    assert "`did N: how` calls one done." in out


def test_a_duty_is_done_and_shown_with_who_did_it(opened: Run) -> None:
    assert opened("did", "ESC-1", "2:", "held on Tuesday")[0] == 0
    out = opened("playbook", "ESC-1")[1]
    assert "held on Tuesday" in out
    assert "Ada Admin" in out


def test_plan_register_and_raci_stand_in_show(opened: Run) -> None:
    for words in (
        ("milestone", "ESC-1", "40:", "new firmware"),
        ("reached", "ESC-1", "1:", "50%"),
        ("risk", "ESC-1", "vendor late"),
        ("raci", "ESC-1", "@ada", "RA"),
    ):
        assert opened(*words)[0] == 0, words
    out = opened("show", "ESC-1")[1]
    for line in ("1. new firmware (40% of the plan): 50% done", "r1 risk: vendor late", "Accountable: Ada Admin"):
        assert line in out


def test_a_draft_is_printed(opened: Run) -> None:
    out = opened("draft", "ESC-1", "daily")[1]
    assert "Blockers" in out
    assert "None known." in out


def test_who_may_not_see_it_is_told_nothing(opened: Run) -> None:
    code, _, err = opened("--as", "bob@us.example", "playbook", "ESC-1")
    assert (code, "that you may see" in err) == (1, True)


def test_a_team_may_bring_its_own_playbook(opened: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKEWATCH__PLAYBOOKS", "own")
    assert "own, which is no folder" in opened("list")[2]
