"""The past is replayed at its own times, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.settings import Limits
from smokewatch.replay.mails import from_files
from store.base import Base
from store.database import Store
from store.scratch import PREFIX, scratch
from tests.smokewatch.conftest import Run
from tests.smokewatch.replays import BROKEN, MISSED, mailbox, set_up

OTHER = "[risk]\nopen_at_level = 3\nopen_at_score = 0.99\n"


def events(run: Run, folder: Path, *more: str) -> list[dict[str, Any]]:
    """What a replay of the small mailbox prints."""
    code, out, err = run("replay", mailbox(folder), *set_up(folder), "--json", *more)
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def rows(store: Store) -> dict[str, int]:
    """How many rows each table of the real schema has."""
    with store.transaction() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(text(f"SELECT count(*) FROM public.{t.name}")) or 0 for t in tables}


def schemas(store: Store) -> list[str]:
    """The scratch schemas that are there."""
    with store.transaction() as session:
        found = session.scalars(
            text("SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname::text, :p)"), {"p": PREFIX}
        )
        return list(found)


def test_a_finding_that_time_alone_raises_carries_its_moment(run: Run, tmp_path: Path) -> None:
    found = [e for e in events(run, tmp_path) if e["event"] == "finding" and e["signal"] == "missed_promise"]
    assert [(e["at"], e["level"], e["quote"]) for e in found] == [(MISSED, 2, BROKEN)]


def test_a_promise_is_told_when_made_and_when_missed(run: Run, tmp_path: Path) -> None:
    told = [(e["at"], e["due"], e["state"]) for e in events(run, tmp_path) if e["event"] == "promise"]
    due = "2026-05-06T15:00:00Z"
    assert told == [("2026-05-04T09:12:00Z", due, "pending"), (MISSED, due, "missed")]


def test_each_event_has_its_fields_in_order(run: Run, tmp_path: Path) -> None:
    shapes = {e["event"]: ",".join(e) for e in events(run, tmp_path)}
    assert shapes == {
        "finding": "at,event,signal,level,account,conversation,message_id,quote",
        "promise": "at,event,message_id,quote,due,state",
        "risk": "at,event,account,conversation,from,to",
        "escalation": "at,event,number,account,state",
        "notice": "at,event,to,kind,escalation",
    }


def test_everybody_is_told_once_of_one_change(run: Run, tmp_path: Path) -> None:
    told = [(e["at"], e["to"], e["kind"]) for e in events(run, tmp_path, "--until", MISSED) if e["event"] == "notice"]
    assert told == [(MISSED, f"{name}@us.example", "new_escalation") for name in ("lena", "omar")]


def test_a_reminder_comes_at_its_own_moment(run: Run, tmp_path: Path) -> None:
    told = [e["at"] for e in events(run, tmp_path) if e["event"] == "notice" and e["kind"] == "no_answer"]
    assert set(told) == {"2026-05-13T12:45:01Z"}  # 40 business hours after nobody acknowledged it


def test_two_replays_are_the_same_to_the_byte(run: Run, tmp_path: Path) -> None:
    run("status")
    command = [sys.executable, "-m", "smokewatch", "replay", mailbox(tmp_path), *set_up(tmp_path), "--json"]
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    outs = [subprocess.check_output(command, env=given | {"PYTHONHASHSEED": seed}) for seed in ("1", "2")]
    assert outs[0] == outs[1] != b""


def test_nothing_is_sent_or_changed(company: Store, run: Run, tmp_path: Path) -> None:
    run("status")  # makes what every first start makes
    before = rows(company)
    events(run, tmp_path)
    assert rows(company) == before


def test_the_scratch_schema_is_gone_afterwards(company: Store, run: Run, tmp_path: Path) -> None:
    events(run, tmp_path)
    assert schemas(company) == []


def test_the_next_replay_drops_what_a_dead_one_left(company: Store, run: Run, tmp_path: Path) -> None:
    url = os.environ["DATABASE_URL"]
    with scratch(url), company.engine.connect() as other:  # lives, so it is left alone
        alive = schemas(company)
        other.execute(text("RESET ROLE"))
        other.execute(text(f"CREATE SCHEMA {PREFIX}dead"))
        other.commit()
        events(run, tmp_path)
        assert schemas(company) == alive
    assert schemas(company) == []


def test_people_teams_and_accounts_come_from_the_installation_without_files(run: Run, tmp_path: Path) -> None:
    set_up(tmp_path)
    for kind in ("teams", "people", "accounts"):
        run(kind, "import", f"{kind}.csv")
    code, out, err = run("replay", mailbox(tmp_path), "--json")
    accounts = {json.loads(line).get("account") for line in out.splitlines() if '"finding"' in line}
    assert (code, accounts, err) == (0, {"Norvik Pumps"}, "")


def test_stored_mails_are_replayed_as_they_came(run: Run, tmp_path: Path) -> None:
    set_up(tmp_path)
    for kind in ("teams", "people", "accounts"):
        run(kind, "import", f"{kind}.csv")
    run("import", mailbox(tmp_path), "--silent")
    _code, out, err = run("replay", "--stored", "--json")
    assert err == ""
    assert MISSED in {json.loads(line)["at"] for line in out.splitlines() if '"missed_promise"' in line}


def test_text_shows_the_escalation_with_its_evidence(run: Run, tmp_path: Path) -> None:
    _code, out, _err = run("replay", mailbox(tmp_path), *set_up(tmp_path))
    assert f'missed promise, level 2: "{BROKEN}"' in out
    assert "2 mails: 1 escalations" in out


def test_another_policy_changes_the_outcome(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(OTHER, encoding="utf-8")
    assert not [e for e in events(run, tmp_path, "--policy", "other.toml") if e["event"] == "escalation"]


def test_a_comparison_names_what_would_vanish_with_its_evidence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text("", encoding="utf-8")
    (tmp_path / "new.toml").write_text(OTHER, encoding="utf-8")
    found = events(run, tmp_path, "--compare", "old.toml", "new.toml")
    assert {(e["change"], e["what"]) for e in found} == {("vanishes", "escalation"), ("vanishes", "notice")}
    assert BROKEN in [proof["quote"] for proof in found[0]["evidence"]]


def test_the_same_policy_twice_differs_in_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("", encoding="utf-8")
    _code, out, _err = run("replay", mailbox(tmp_path), *set_up(tmp_path), "--compare", "one.toml", "one.toml")
    assert out.strip() == "The two policies raise the same escalations and send the same notices."


def test_the_clock_stops_at_until(run: Run, tmp_path: Path) -> None:
    assert max(e["at"] for e in events(run, tmp_path, "--until", "2026-05-05")) < "2026-05-05"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["no.mbox"], 1, "no.mbox: No such file or directory"),
        ([], 2, "Name one mbox"),
        (["box.mbox", "--until", "soon"], 2, '"soon" is no time'),
        (["box.mbox", "--policy", "gone.toml"], 78, "gone.toml, which cannot be read"),
        (["box.mbox", "--people", "gone.csv"], 1, "gone.csv cannot be read"),
        (["box.mbox", "--people", "accounts.csv"], 1, "the column `email` is missing"),
        (["box.mbox", "--history", "accounts.csv"], 1, "not valid JSON"),
        (["box.mbox", "--history", "history.json"], 1, 'names the account "Norvik Pumps"'),
        (["accounts.csv"], 1, "holds no mail"),
    ],
)
def test_a_wrong_input_gets_a_sentence(run: Run, tmp_path: Path, words: list[str], code: int, sentence: str) -> None:
    mailbox(tmp_path)
    set_up(tmp_path)
    ended, _out, err = run("replay", *words)
    assert (ended, sentence in err) == (code, True), err


def test_a_mail_without_a_date_comes_with_the_one_before_it(tmp_path: Path) -> None:
    line = b"From x Mon May  4 09:12:00 2026\n"
    dated = b"Date: Mon, 4 May 2026 09:12:00 +0000\nSubject: one\n\n"
    (tmp_path / "box").write_bytes(line + dated + b"\n" + line + b"Subject: two\n\n\n")
    with from_files(tmp_path / "box", Limits()) as spool:
        assert spool.arrivals[0].at == spool.arrivals[1].at
