"""A drill is the real pipeline in a sandbox, and its sheet tells what the trainees did."""

import json
import os
import pty
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from smokewatch.drill.show import COLUMNS
from store.base import Base
from store.database import Store
from store.scratch import PREFIX
from tests.smokewatch.conftest import Run

TO_THE_ALERT = ["wait"] * 3
"""The first three things of the slow burn: a question, a colleague's promise, the alert at 12:15 that it was missed."""


def play(run: Run, folder: Path, *lines: str, drill: str = "slow_burn", words: tuple[str, ...] = ("--json",)) -> str:
    """What a drill with these lines prints."""
    (folder / "lines.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    code, out, err = run("drill", drill, "--script", "lines.txt", *words)
    assert code == 0, err
    return out


def sheet(run: Run, folder: Path, *lines: str, drill: str = "slow_burn") -> dict[str, Any]:
    """The score of a drill with these lines."""
    found: dict[str, Any] = json.loads(play(run, folder, *lines, drill=drill))
    return found


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of the real schema."""
    with store.transaction() as session:
        tables = Base.metadata.sorted_tables
        return {
            t.name: list(session.scalars(text(f"SELECT x::text FROM public.{t.name} x ORDER BY 1"))) for t in tables
        }


def schemas(store: Store) -> list[str]:
    """The scratch schemas that are there."""
    with store.transaction() as session:
        found = text("SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname::text, :p)")
        return list(session.scalars(found, {"p": PREFIX}))


def test_without_a_scenario_each_gets_a_line(run: Run) -> None:
    _code, out, _err = run("drill")
    assert [line.split()[0] for line in out.splitlines()] == ["drill", "outage_storm", "quiet_day", "slow_burn"]


def test_an_unknown_scenario_is_a_sentence(run: Run) -> None:
    code, _out, err = run("drill", "earthquake")
    said = 'There is no drill "earthquake": choose one of outage_storm, quiet_day, slow_burn, or name a .toml file'
    assert (code, said in err) == (1, True), err


def test_a_script_gives_the_same_sheet_again(run: Run, tmp_path: Path) -> None:
    lines = (*TO_THE_ALERT, "ESC-1 ack", "wait", "answer 3: You will have it by 16:00 today.")
    assert play(run, tmp_path, *lines) == play(run, tmp_path, *lines)


def test_a_missed_promise_counts(run: Run, tmp_path: Path) -> None:
    found = sheet(run, tmp_path)
    assert [(p["quote"], p["state"]) for p in found["promises"]] == [
        ("I will send you the corrected driver by tomorrow 12:00.", "missed")
    ]
    assert found["counts"]["promises_missed"] == 1


def test_a_promise_in_an_answer_is_kept_by_another_answer(run: Run, tmp_path: Path) -> None:
    lines = ["wait", "answer 1: I will send you the driver by tomorrow 12:00.", "wait 1500"]
    found = sheet(run, tmp_path, *lines, "answer 1: Here is the driver, attached.")
    assert [p["state"] for p in found["promises"]] == ["kept"]


def test_acknowledging_is_timed_in_business_hours(run: Run, tmp_path: Path) -> None:
    """From Wednesday 12:15 to the close at 17:30, and on Thursday from 9:00 to 9:30."""
    own = _changed(tmp_path, ("minutes = 1950", "minutes = 3000"), mails=2)
    told = sheet(run, tmp_path, *TO_THE_ALERT, "wait 1275", "ESC-1 ack", drill=own)["escalations"][0]
    assert (told["acknowledged_at"][:16], told["minutes"]) == ("2026-05-07T08:30", 5 * 60 + 15 + 30)


def test_an_answer_is_timed_from_the_mail_it_answers(run: Run, tmp_path: Path) -> None:
    found = sheet(run, tmp_path, "wait", "wait 30", "answer 1: Thank you, we look at it.", "quit")
    assert [(m["mail"], m["minutes"]) for m in found["mails"]] == [(1, 30)]


def test_a_signal_that_nobody_acts_on_is_missed(run: Run, tmp_path: Path) -> None:
    assert "missed_promise" in [each["signal"] for each in sheet(run, tmp_path)["missed_signals"]]
    acted = sheet(run, tmp_path, *TO_THE_ALERT, "ESC-1 ack")
    assert "missed_promise" not in [each["signal"] for each in acted["missed_signals"]]


def test_to_look_is_not_to_act(run: Run, tmp_path: Path) -> None:
    looked = sheet(run, tmp_path, *TO_THE_ALERT, "ESC-1 status")
    assert "missed_promise" in [each["signal"] for each in looked["missed_signals"]]


def test_mails_without_an_answer_are_named_unless_silence_was_right(run: Run, tmp_path: Path) -> None:
    assert sheet(run, tmp_path, drill="quiet_day")["unanswered"] == [2, 5]


def test_a_needless_answer_is_named(run: Run, tmp_path: Path) -> None:
    assert sheet(run, tmp_path, "wait", "answer 1: Thank you!", "quit", drill="quiet_day")["needless"] == [1]


def test_a_quiet_day_raises_nothing(run: Run, tmp_path: Path) -> None:
    assert sheet(run, tmp_path, drill="quiet_day")["escalations"] == []


def test_a_storm_is_told_as_one_incident(run: Run, tmp_path: Path) -> None:
    assert "3 customers report" in play(run, tmp_path, drill="outage_storm", words=())


def test_an_answer_in_time_keeps_the_next_mail_from_being_written(run: Run, tmp_path: Path) -> None:
    found = sheet(run, tmp_path, *["wait"] * 4, "answer 3: We are on it.")
    assert [each["mail"] for each in found["mails"]] == [1, 3]


def test_nothing_is_sent_and_no_row_of_the_real_schema_changes(company: Store, run: Run, tmp_path: Path) -> None:
    run("status")  # makes what every first start makes
    before = rows(company)
    sheet(run, tmp_path, *TO_THE_ALERT, "ESC-1 ack", "answer 1: Sorry.")
    assert rows(company) == before
    assert not list(tmp_path.rglob("*.eml"))


def test_the_sandbox_is_gone_afterwards(company: Store, run: Run, tmp_path: Path) -> None:
    sheet(run, tmp_path, "quit")
    assert schemas(company) == []


def test_the_next_drill_drops_what_a_dead_one_left(company: Store, run: Run, tmp_path: Path) -> None:
    with company.engine.begin() as other:
        other.execute(text("RESET ROLE"))
        other.execute(text(f"CREATE SCHEMA {PREFIX}dead"))
    sheet(run, tmp_path, "quit")
    assert schemas(company) == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("dance", '"dance" is nothing I know here.'),
        ("answer 9: hello", "There is no mail 9 yet"),
        ("answer 1:", "The answer is empty"),
        ("read 9", "There is no mail 9 yet"),
        ("ESC-9 ack", "There is no escalation ESC-9"),
        ("ESC-1", "Write what to do with it"),
        ("as nobody", 'Nobody here is called "nobody": Maria Lindqvist, Tomas Weber.'),
    ],
)
def test_a_wrong_line_gets_a_sentence(run: Run, tmp_path: Path, line: str, sentence: str) -> None:
    assert sentence in play(run, tmp_path, "wait", line, "quit", words=())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("you = true", "", "mark exactly one person"),
        ("answers = 3", "answers = 9", "mail 4: `answers = 9` must name an earlier mail"),
        ("at = 70 ", "at = 7 ", "mail 2: it comes before mail 1"),
        ("Europe/London", "Europe/Londn", '"Europe/Londn" is no time zone'),
        ("about =", "about", "is not valid TOML"),
        ("minutes = 1950", "minutes = 100", "ends the story before its last mail"),
    ],
)
def test_a_wrong_scenario_is_a_sentence(run: Run, tmp_path: Path, old: str, new: str, sentence: str) -> None:
    code, _out, err = run("drill", _changed(tmp_path, (old, new)))
    assert (code, sentence in err) == (1, True), err


def test_a_missing_script_is_a_sentence(run: Run) -> None:
    code, _out, err = run("drill", "slow_burn", "--script", "gone.txt")
    assert (code, err.strip()) == (1, "gone.txt cannot be read: No such file or directory.")


def test_what_arrives_fits_sixty_columns(run: Run, tmp_path: Path) -> None:
    lines = play(run, tmp_path, *TO_THE_ALERT, "help", "mails", "ESC-1 help", drill="outage_storm", words=())
    assert [line for line in lines.splitlines() if len(line) > COLUMNS] == []


def test_the_clock_runs_on_a_terminal_while_nobody_types(run: Run) -> None:
    """The first mail comes after 12 minutes of the story, which is a tenth of a second here."""
    run("status")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "smokewatch", "drill", "slow_burn", "--speed", "120"]
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=given, stdin=theirs, stdout=subprocess.PIPE, text=True) as drill:
        assert drill.stdout is not None
        assert any("Mail 1 from Ines Dahl" in line for line in drill.stdout)
        os.write(ours, b"quit\n")
        assert "Score sheet: Slow burn\n" in drill.stdout.read()


def _changed(folder: Path, *changes: tuple[str, str], mails: int = 5) -> str:
    """The slow burn with other words, or fewer mails, in a file of its own."""
    told = files("config").joinpath("drills/slow_burn.toml").read_text(encoding="utf-8")
    told = "[[mail]]".join(told.split("[[mail]]")[: mails + 1])
    for old, new in changes:
        assert old in told
        told = told.replace(old, new)
    (folder / "own.toml").write_text(told, encoding="utf-8")
    return "own.toml"
