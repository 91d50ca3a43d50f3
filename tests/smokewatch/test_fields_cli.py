"""Fields, files and anchors on the command line: what is set is shown, and who may not see it does not."""

import json
from pathlib import Path

import pytest

from smokewatch.cli.fieldrows import size
from smokewatch.cli.output import Exit
from tests.smokewatch.conftest import Run

BOB = ("--as", "bob@us.example")
CSV = """kind,external_id,name,account,state,details
lead,L-1,Pumps for Hamburg,Acme,qualified,source=fair
deal,D-7,Pumps deal,Acme,new,
project,P-3,New line,Acme,running,
"""
FIELDS = """[field.region]
label = "Region"
kind = "choice"
choices = ["EMEA", "APAC"]

[field.go_live]
kind = "date"
"""


@pytest.fixture
def opened(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line with ESC-1 open, anchors imported, and fields of the team's own."""
    (tmp_path / "fields.toml").write_text(FIELDS)
    (tmp_path / "anchors.csv").write_text(CSV)
    (tmp_path / "pump.log").write_bytes(b"pressure 12 bar\n")
    monkeypatch.setenv("SMOKEWATCH__FIELDS", str(tmp_path / "fields.toml"))
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    assert "3 added" in run("anchors", "import", "anchors.csv")[1]
    return run


def test_what_is_set_is_shown_with_the_terms_of_the_impact(opened: Run) -> None:
    for words in (
        ("type", "1", "churn", "risk"), ("category", "1", "services"), ("users", "1", "300"),
        ("link", "1", "https://wiki.example/p"), ("steps", "1", "swap it"), ("path-to-green", "1", "weekly call"),
        ("set", "1", "region: emea"),
    ):  # fmt: skip
        assert opened(*words)[0] == Exit.OK, words
    shown = opened("show", "1")[1]
    for said in (
        "churn risk",
        "services",
        "28 of 100",
        "affected users 300: 18 of 30",
        "swap it",
        "weekly call",
        "EMEA",
    ):
        assert said in shown, said
    view = json.loads(opened("show", "1", "--json")[1])
    assert (view["type"], view["impact"]["score"], view["links"]) == ("churn_risk", 28, ["https://wiki.example/p"])
    assert [(each["name"], each["value"]) for each in view["custom"]] == [("region", "EMEA"), ("go_live", None)]


def test_a_field_that_is_not_declared_is_refused_with_those_that_are(opened: Run) -> None:
    code, out, _err = opened("set", "1", "colour: red")
    assert (code, "`region`, `go_live`" in out) == (Exit.REFUSED, True)


def test_the_owner_has_a_badge(opened: Run) -> None:
    assert "Ada Admin (owner)" in opened("show", "1")[1]
    people = json.loads(opened("show", "1", "--json")[1])["participants"]
    assert [(each["handle"], each["is_owner"]) for each in people] == [("ada", True)]


def test_a_file_goes_in_and_comes_out_as_it_was(opened: Run, tmp_path: Path) -> None:
    assert "is attached, as file 1" in opened("attach", "ESC-1", "pump.log")[1]
    (listed,) = json.loads(opened("files", "ESC-1", "--json")[1])
    assert (listed["name"], listed["size"], listed["on"], listed["by"]) == ("pump.log", 16, "", "Ada Admin")
    assert opened("file", "get", "1", "copy.log")[0] == Exit.OK
    assert (tmp_path / "copy.log").read_bytes() == b"pressure 12 bar\n"


def test_what_is_there_already_is_not_overwritten(opened: Run, tmp_path: Path) -> None:
    opened("attach", "ESC-1", "pump.log")
    code, _out, err = opened("file", "get", "1")
    assert (code, "pump.log is there already" in err) == (Exit.REFUSED, True)
    assert (tmp_path / "pump.log").read_bytes() == b"pressure 12 bar\n"


def test_a_file_hangs_on_a_comment_and_is_taken_off(opened: Run) -> None:
    opened("note", "1", "see the log")
    comment = json.loads(opened("show", "1", "--json")[1])["comments"][0]["id"]
    assert opened("attach", "1", "pump.log", "--to", f"comment:{comment}")[0] == Exit.OK
    assert f"comment:{comment}" in opened("show", "1")[1]
    assert opened("file", "remove", "1")[0] == Exit.OK
    assert "There is no file on ESC-1" in opened("files", "ESC-1")[1]


def test_who_may_not_see_the_escalation_gets_no_file_of_it(opened: Run) -> None:
    opened("attach", "ESC-1", "pump.log")
    for words in (("files", "ESC-1"), ("file", "get", "1", "x"), ("file", "remove", "1"), ("attach", "1", "pump.log")):
        code, out, err = opened(*BOB, *words)
        assert (code, out, "that you may see" in err) == (Exit.REFUSED, "", True)


def test_a_file_that_is_not_there_is_a_sentence(opened: Run) -> None:
    assert "none.log cannot be read" in opened("attach", "ESC-1", "none.log")[2]


def test_anchors_are_handed_over_and_shown(opened: Run) -> None:
    opened("anchor", "1", "lead", "L-1")
    opened("anchors", "note", "lead:L-1", "They want it in May.")
    opened("attach", "lead:L-1", "pump.log")
    said = opened("anchors", "handoff", "lead:L-1", "deal:D-7")[1]
    assert "lead L-1 became deal D-7: priority, state, 1 escalation, 1 comment and 1 file came along." in said
    sheet = json.loads(opened("anchors", "show", "deal:D-7", "--json")[1])
    assert (sheet["state"], sheet["details"], [each["number"] for each in sheet["linked"]]) == (
        "qualified", {"source": "fair"}, ["ESC-1"],
    )  # fmt: skip
    assert "Linked from escalations" in opened("anchors", "show", "deal:D-7")[1]
    assert "became deal D-7" in opened("anchors", "list")[1]
    assert "lead L-1 became deal D-7" in opened("show", "1")[1]


def test_a_wrong_direction_is_refused_with_the_rule(opened: Run) -> None:
    code, _out, err = opened("anchors", "handoff", "project:P-3", "deal:D-7")
    assert (code, "A lead is handed over to a deal, and a deal to a project" in err) == (Exit.REFUSED, True)


def test_who_is_of_another_team_sees_no_anchor_of_the_customer(opened: Run) -> None:
    assert json.loads(opened(*BOB, "anchors", "list", "--json")[1]) == []
    assert "There is no deal D-7 that you may see" in opened(*BOB, "anchors", "show", "deal:D-7")[2]
    assert "There is no lead L-1 that you may see" in opened(*BOB, "anchors", "handoff", "lead:L-1", "deal:D-7")[2]


def test_the_list_can_be_narrowed(opened: Run) -> None:
    rows = json.loads(opened("anchors", "list", "--kind", "deal", "--account", "acme", "--json")[1])
    assert [(row["kind"], row["external_id"], row["account"]) for row in rows] == [("deal", "D-7", "Acme")]


def test_a_wrong_file_of_fields_stops_with_its_key(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.toml").write_text('[field.region]\nkind = "colour"\n')
    monkeypatch.setenv("SMOKEWATCH__FIELDS", str(tmp_path / "wrong.toml"))
    code, _out, err = run("list")
    assert (code, "field.region.kind" in err) == (Exit.SETTINGS, True)


@pytest.mark.parametrize(("count", "said"), [(900, "900 B"), (12_300, "12 kB"), (3_400_000, "3.4 MB")])
def test_sizes_read_as_in_mail_programs(count: int, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize("words", [("file", "get", "9" * 20), ("customer", "show", "ESC-1", "9" * 20)])
def test_a_number_beyond_all_numbers_is_told(run: Run, words: tuple[str, ...]) -> None:
    code, _, err = run(*words)
    assert (code, "larger than any there is" in err) == (Exit.REFUSED, True), err
