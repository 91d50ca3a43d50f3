"""`rules` shows precision; `tune` proposes weights from enough judged cases and changes nothing by itself."""

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from smokewatch.cli.output import Exit
from store.database import Store
from store.people import Account, Person

Run = Callable[..., tuple[int, str, str]]

JUDGED = """
    WITH raw AS (INSERT INTO raw_mail (sha256, body, size, received_at, kept_at, state)
                 VALUES ('x', 'x', 1, :now, :now, 'parsed') RETURNING id),
         con AS (INSERT INTO conversation (subject, first_at, last_at, account_id, escalation_id)
                 VALUES ('Pump', :now, :now, :account, 1) RETURNING id),
         mes AS (INSERT INTO message (conversation_id, raw_mail_id, content_key, message_id, message_id_hash, kind,
                                      direction, from_address, from_name, to_addresses, cc_addresses, subject, sent_at,
                                      received_at, new_text, reading, reading_version)
                 SELECT con.id, raw.id, 'k', '<m@x>', 'h', 'customer', 'in', 'a@acme.example', 'A', '{}', '{}', 'Pump',
                        :now, :now, 'text', '{}', '1' FROM con, raw RETURNING id, conversation_id),
         fin AS (INSERT INTO finding (conversation_id, signal, level, from_level, strength, contribution, rule_id,
                                      lexicon_version, message_id, start, "end", quote, features, clears_when, found_at,
                                      last_evidence_at, ended_at)
                 SELECT conversation_id, CASE WHEN n % 2 = 0 THEN 'tone' ELSE 'deadline' END, 2, 0, 0.5 + n % 7 / 14.0,
                        0.1, 'r', '1', id, 0, 4, 'text', '{}', 'so', :now, :now, :now
                 FROM mes, generate_series(1, :count) n RETURNING id, signal)
    INSERT INTO feedback (escalation_id, finding_id, person_id, at, useful, why)
    SELECT 1, id, :person, :now + id * interval '1 second', (signal = 'deadline') <> (id % 9 = 0), 'why' FROM fin
"""


@pytest.fixture
def judge(run: Run, company: Store) -> Callable[[int], None]:
    """Put so many judged cases into the record: deadlines mostly useful, tones mostly noise."""
    assert run("open", "Pump", "--account", "Acme")[0] == Exit.OK

    def fill(count: int) -> None:
        with company.transaction() as session:
            ids = session.scalar(select(Account.id)), session.scalar(select(Person.id).order_by(Person.id))
            values = {"now": datetime.now(UTC), "account": ids[0], "person": ids[1], "count": count}
            session.execute(text(JUDGED), values)

    return fill


def test_rules_show_how_often_people_agreed(run: Run, judge: Callable[[int], None]) -> None:
    judge(20)
    rows = {row["rule"]: row for row in json.loads(run("rules", "--json")[1])}
    assert (rows["deadline"]["found"], rows["tone"]["found"]) == (10, 10)
    assert rows["deadline"]["precision"] > rows["tone"]["precision"]
    assert "Deadline" in run("rules")[1]


def test_too_few_cases_are_told_with_how_many_are_missing(run: Run, judge: Callable[[int], None]) -> None:
    judge(20)
    code, _, err = run("tune")
    assert code == Exit.REFUSED
    assert "20 cases are judged, and 200 are needed" in err
    assert "180 more" in err


def test_enough_cases_move_the_weights_and_nothing_else(run: Run, judge: Callable[[int], None], tmp_path: Path) -> None:
    judge(240)
    found = json.loads(run("tune", "--json")[1])
    assert found["weights"]["deadline"] > 0.25
    assert found["weights"]["tone"] < 0.15
    assert found["loss_after"] < found["loss_before"]
    assert "Nothing was changed" in run("tune")[1]
    assert list(tmp_path.glob("*.toml")) == []


def test_weights_are_written_when_told_to_and_nothing_is_written_over(
    run: Run, judge: Callable[[int], None], tmp_path: Path
) -> None:
    judge(240)
    assert run("tune", "--write", "weights.toml")[0] == Exit.OK
    written = tomllib.loads((tmp_path / "weights.toml").read_text())
    assert written["risk"]["weights"]["deadline"] > 0.25
    code, _, err = run("tune", "--write", "weights.toml")
    assert code == Exit.REFUSED
    assert "there already" in err
