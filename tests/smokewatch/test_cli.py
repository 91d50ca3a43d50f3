"""The command line: what it prints, how it ends, and that every failure is a sentence."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from smokewatch.cli.output import Exit, _shown
from store.database import Store
from store.mail import Conversation, Message, RawMail, Sighting
from store.people import Account, Person
from store.record import Escalation

Run = Callable[..., tuple[int, str, str]]

MAIL = b"""From: Ann <ann@acme.example>
To: support@us.example
Subject: Printer
Date: Wed, 06 May 2026 09:00:00 +0000
Message-ID: <1@acme.example>

Could you please look at the printer?
"""


@pytest.fixture
def opened(run: Run) -> Run:
    """The command line with ESC-1 open."""
    code, out, err = run("open", "Printer is on fire", "--account", "Acme")
    assert code == Exit.OK, err
    assert "ESC-1 is open" in out
    return run


def test_an_escalation_opened_by_hand_is_listed(opened: Run) -> None:
    rows = json.loads(opened("list", "--json")[1])
    assert [(row["number"], row["account"], row["state"]) for row in rows] == [("ESC-1", "Acme", "open")]


def test_who_may_not_see_an_escalation_sees_it_in_no_list_and_no_count(opened: Run) -> None:
    bob = ("--as", "bob@us.example")
    assert json.loads(opened(*bob, "list", "--all", "--json")[1]) == []
    assert json.loads(opened(*bob, "status", "--json")[1])["escalations"] == {}
    assert json.loads(opened("status", "--json")[1])["escalations"] == {"open": 1}


def test_the_owner_is_told_of_what_another_opened_by_hand(run: Run, company: Store) -> None:
    with company.transaction() as session:
        bob = session.scalars(select(Person).where(Person.handle == "bob")).one()
        session.scalars(select(Account)).one().owner_id = bob.id
    assert run("open", "Printer is on fire", "--account", "Acme")[0] == Exit.OK
    (line,) = json.loads(run("outbox", "list", "--json")[1])
    assert (line["kind"], line["recipient"]) == ("new_escalation", "bob@us.example")
    assert run("outbox", "drop", str(line["id"]))[0] == Exit.OK
    assert json.loads(run("outbox", "list", "--json")[1]) == []


def test_closed_escalations_are_listed_only_with_all(opened: Run) -> None:
    opened("close", "1", "root cause: a fuse", "resolution: replaced")
    assert json.loads(opened("list", "--json")[1]) == []
    assert [row["state"] for row in json.loads(opened("list", "--all", "--json")[1])] == ["closed"]


def test_a_verb_works_as_by_mail(opened: Run, company: Store) -> None:
    code, out, _ = opened("ack", "ESC-1")
    assert (code, "acknowledged" in out) == (Exit.OK, True)
    with company.transaction() as session:
        assert session.scalar(select(Escalation.state)) == "acknowledged"


def test_a_verb_with_a_text(opened: Run) -> None:
    assert opened("next", "1", "ring the plant")[0] == Exit.OK
    assert json.loads(opened("show", "1", "--json")[1])["next_step"] == "ring the plant"


def test_a_refused_verb_ends_with_one(opened: Run) -> None:
    assert opened("ack", "1")[0] == Exit.OK
    code, out, _ = opened("ack", "1")
    assert code == Exit.REFUSED
    assert "already" in out


def test_a_verb_that_cannot_be_read_says_how_to_write_it(opened: Run) -> None:
    code, _, err = opened("priority", "1", "sky-high")
    assert code == Exit.USAGE
    assert "low, medium, high or critical" in err


def test_closing_takes_its_two_texts(opened: Run) -> None:
    code, out, err = opened("close", "1", "root cause: a loose cable", "resolution: cable fixed")
    assert code == Exit.OK, out + err
    shown = json.loads(opened("show", "1", "--json")[1])
    assert shown["state"] == "closed"


def test_closing_without_them_asks_for_them(opened: Run) -> None:
    code, out, _ = opened("close", "1")
    assert code == Exit.REFUSED
    assert "root cause:" in out


def test_who_may_not_see_it_is_told_nothing(opened: Run) -> None:
    hidden = opened("--as", "bob@us.example", "show", "1")
    absent = opened("--as", "bob@us.example", "show", "99")
    assert hidden[0] == absent[0] == Exit.REFUSED
    assert hidden[2].replace("ESC-1 ", "") == absent[2].replace("ESC-99 ", "")


def test_a_stranger_cannot_act(opened: Run) -> None:
    code, _, err = opened("--as", "eve@them.example", "ack", "1")
    assert code == Exit.REFUSED
    assert "is not one of your people" in err


def test_an_unknown_command_is_a_usage_error(run: Run) -> None:
    code, _, err = run("escalate")
    assert code == Exit.USAGE
    assert "No such command" in err


def test_a_number_that_is_none_is_a_usage_error(run: Run) -> None:
    code, _, err = run("show", "ESC-x")
    assert code == Exit.USAGE
    assert "write it like ESC-42" in err


def test_wrong_settings_are_all_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("a = 1\nb = 2\n", encoding="utf-8")
    code, _, err = run("--config", "bad.toml", "status")
    assert code == Exit.SETTINGS
    assert err.count("there is no such setting") == 2


def test_a_wrong_rule_in_the_policy_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.toml").write_text("[alerts]\ndigest_hour = 99\n", encoding="utf-8")
    monkeypatch.setenv("SMOKEWATCH__POLICY", "policy.toml")
    code, _, err = run("status")
    assert code == Exit.SETTINGS
    assert "policy.toml, alerts.digest_hour" in err


def test_an_unreachable_database_is_a_reason_to_try_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, _, err = run("status")
    assert code == Exit.TRY_AGAIN
    assert "The database cannot be reached" in err
    assert "Traceback" not in err


def test_a_piped_mail_is_kept_and_processed(run: Run, company: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MAIL)))
    code, out, err = run("import", "-")
    assert (code, out, err) == (Exit.OK, "", "")
    with company.transaction() as session:
        assert session.scalar(select(Message.subject)) == "Printer"


def test_a_pipe_asks_to_try_again_while_the_database_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MAIL)))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert run("import", "-")[0] == Exit.TRY_AGAIN


def test_a_pipe_never_bounces_mail_for_wrong_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKEWATCH__NO_SUCH", "1")
    assert run("import", "-")[0] == Exit.TRY_AGAIN


def test_a_folder_imported_twice_brings_nothing_new(run: Run, company: Store, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "a.eml").write_bytes(MAIL)
    assert "1 mail read: 1 new" in run("import", "mails")[1]
    assert "1 mail read: 0 new, 1 known already" in run("import", "mails")[1]
    with company.transaction() as session:
        assert session.scalar(select(func.count(RawMail.id))) == 1


def test_an_import_of_nothing_says_so(run: Run) -> None:
    code, _, err = run("import", "nowhere")
    assert code == Exit.REFUSED
    assert "nowhere" in err


def test_people_come_from_a_csv_file(run: Run, company: Store, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("email,name,role\ncy@us.example,Cy,agent\n", encoding="utf-8")
    code, out, _ = run("people", "import", "p.csv")
    assert (code, out.strip()) == (Exit.OK, "1 added, 0 brought up to date.")
    with company.transaction() as session:
        assert session.scalar(select(Person.role).where(Person.email == "cy@us.example")) == "agent"


def test_a_broken_csv_row_is_named_and_nothing_is_changed(run: Run, company: Store, tmp_path: Path) -> None:
    rows = "email,name,role\ncy@us.example,Cy,agent\nnot-an-address,Di,boss\n"
    (tmp_path / "p.csv").write_text(rows, encoding="utf-8")
    code, _, err = run("people", "import", "p.csv")
    assert code == Exit.REFUSED
    assert "nothing was changed" in err
    assert "line 3" in err
    with company.transaction() as session:
        assert session.scalar(select(func.count(Person.id))) == 2


def test_how_a_person_wants_to_be_told_is_set_and_shown(run: Run) -> None:
    assert "digest at 06:00, quiet from 21:00 to 06:30" in run(
        "people", "set", "bob@us.example", "--digest-hour", "6", "--quiet", "21:00-6:30"
    )[1]  # fmt: skip
    assert "digest at 06:00" in run("--as", "bob@us.example", "people", "set", "bob@us.example")[1]
    assert "is no admin" in run("--as", "bob@us.example", "people", "set", "ada@us.example", "--digest-hour", "6")[2]
    code, _, err = run("people", "set", "bob@us.example", "--digest-hour", "noon")
    assert (code, err.strip()) == (
        Exit.REFUSED, '"noon" is no hour of the day. Write a whole number from 0 to 23.'
    )  # fmt: skip


def test_the_audit_holds(opened: Run) -> None:
    code, out, _ = opened("audit", "verify")
    assert code == Exit.OK
    assert "The audit holds" in out


@pytest.mark.parametrize("command", [["parked", "list"], ["outbox", "list"], ["people", "list"], ["teams", "list"],
                                     ["accounts", "list"], ["status"], ["list"]])  # fmt: skip
def test_records_are_printed_as_json(opened: Run, command: list[str]) -> None:
    code, out, err = opened(*command, "--json")
    assert code == Exit.OK, err
    assert json.loads(out) is not None


def test_forgetting_empties_mails_and_removes_the_address(run: Run, company: Store, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    run("import", "a.eml")
    assert run("forget", "ann@acme.example", "--yes")[0] == Exit.OK
    with company.transaction() as session:
        assert session.scalar(select(RawMail.body)) == b""
        text, sender = session.execute(select(Message.new_text, Message.from_address)).one()
    assert text == ""
    assert sender.startswith("forgotten-")


def test_forgetting_reaches_copies_subjects_and_who_was_seen_where(run: Run, company: Store, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "b.eml").write_bytes(
        b"Received: from elsewhere by mx.us.example; Wed, 06 May 2026 09:00:01 +0000\n" + MAIL
    )
    run("import", "a.eml")
    run("import", "b.eml")
    run("forget", "ann@acme.example", "--yes")
    with company.transaction() as session:
        assert session.scalars(select(RawMail.body)).all() == [b"", b""]
        assert session.scalar(select(Conversation.subject)) == "(forgotten)"
        assert "ann@acme.example" not in session.scalars(select(Sighting.address)).all()


def test_a_forgotten_mail_is_not_taken_in_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    run("import", "a.eml")
    run("forget", "ann@acme.example", "--yes")
    assert "0 new" in run("import", "a.eml")[1]


def test_retention_must_be_configured(run: Run) -> None:
    code, _, err = run("retention")
    assert code == Exit.SETTINGS
    assert "retention_days is not set" in err


def test_retention_empties_what_is_old(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    run("import", "a.eml")
    monkeypatch.setenv("SMOKEWATCH__RETENTION_DAYS", "30")
    assert "1 mail would be emptied" in run("retention", "--dry-run")[1]
    assert "1 mail was emptied" in run("retention")[1]
    assert "0 mails were emptied" in run("retention")[1]


def test_revoking_tokens_raises_the_serial(run: Run, company: Store) -> None:
    assert run("token", "revoke", "bob@us.example")[0] == Exit.OK
    with company.transaction() as session:
        assert session.scalar(select(Person.token_serial).where(Person.handle == "bob")) == 1


def test_web_is_not_in_this_release(run: Run) -> None:
    code, _, err = run("web")
    assert code == Exit.REFUSED
    assert "no web pages in this release" in err


def test_status_speaks_in_words(opened: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    opened("import", "a.eml")
    out = opened("status")[1]
    assert "Mails: 1 read\n" in out
    assert "Escalations: 1 open\n" in out


@pytest.mark.parametrize(
    ("value", "shown"),
    [(datetime(2026, 5, 6, 9, 30).astimezone(), "Wed 6 May 2026 09:30"), (date(2027, 1, 31), "31 Jan 2027"),
     (time(9), "09:00"), (True, "yes"), (210_000.0, "210000"), (0.25, "0.25"), (["a", "b"], "a, b"), ([], "-")],
)  # fmt: skip
def test_cells_are_written_as_people_write_them(value: object, shown: str) -> None:
    assert _shown(value).plain == shown


def test_every_command_says_in_one_line_what_it_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ours = ("up", "demo", "check", "status", "reconcile", "answer", "forget", "retention")
    lines = [line for line in run("--help")[1].splitlines() if line.split()[:1] and line.split()[0] in ours]
    assert len(lines) == len(ours)
    assert [line for line in lines if line.endswith("...")] == []
