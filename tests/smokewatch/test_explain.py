"""`explain` tells the story of an escalation: every proof to the letter, what it adds, and what would clear it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from smokewatch.cli.output import Exit
from store.database import Store
from store.mail import Message
from store.people import Account, AccountDomain

Run = Callable[..., tuple[int, str, str]]
SENTENCE = "If this goes on we will cancel our contract with you."
MAIL = """From: Ann Apple <ann@acme.example>
To: support@us.example
Subject: Printer
Date: {date}
Message-ID: <1@acme.example>

The printer is down again. {sentence}
"""


@pytest.fixture
def explained(run: Run, company: Store, tmp_path: Path) -> Callable[..., str]:
    """The output of `explain ESC-1` with the options given, after a mail that threatens."""
    with company.transaction() as session:
        account = session.scalars(select(Account)).one()
        session.add(AccountDomain(domain="acme.example", account_id=account.id))
    hour_ago = format_datetime(datetime.now(UTC) - timedelta(hours=1))
    (tmp_path / "threat.eml").write_text(MAIL.format(date=hour_ago, sentence=SENTENCE))
    assert run("import", "threat.eml")[0] == Exit.OK

    def call(*options: str) -> str:
        code, out, err = run("explain", "ESC-1", *options)
        assert code == Exit.OK, err
        return out

    return call


def _findings(out: str) -> list[dict[str, Any]]:
    return [event for event in json.loads(out)["story"] if event["event"] == "finding"]


def test_a_finding_carries_its_whole_proof(explained: Callable[..., str]) -> None:
    finding = next(f for f in _findings(explained("--json")) if f["signal"] == "account_risk")
    assert (finding["from_level"], finding["level"], finding["quote"]) == (0, 2, SENTENCE)
    assert "" not in (finding["rule_id"], finding["lexicon_version"], finding["clears_when"])
    assert finding["contribution"] > 0


def test_every_quote_is_the_text_of_its_span(explained: Callable[..., str], company: Store) -> None:
    found = _findings(explained("--json"))
    with company.transaction() as session:
        texts: dict[int, str] = dict(session.execute(select(Message.id, Message.new_text)).all())
    assert [texts[f["message_id"]][f["start"] : f["end"]] for f in found] == [f["quote"] for f in found]


def test_the_story_is_told_in_order(explained: Callable[..., str]) -> None:
    told = json.loads(explained("--json"))["story"]
    assert [event["at"] for event in told] == sorted(event["at"] for event in told)
    assert {"mail", "finding", "risk", "record", "notice"} <= {event["event"] for event in told}


def test_people_read_cause_level_and_what_would_clear_it(explained: Callable[..., str]) -> None:
    out = explained()
    assert "Ann Apple wrote (the customer): Printer" in out
    assert "Account at risk: clear → raised" in out
    assert f"“{SENTENCE}”" in out
    assert "Clears when some weeks pass" in out


@pytest.mark.usefixtures("explained")
def test_who_may_not_see_it_is_told_nothing(run: Run) -> None:
    code, out, err = run("--as", "bob@us.example", "explain", "ESC-1")
    assert (code, out) == (Exit.REFUSED, "")
    assert "no ESC-1 that you may see" in err


def test_the_level_is_shown_with_its_terms(explained: Callable[..., str]) -> None:
    stands = json.loads(explained("--json"))["standing"]
    assert stands["issue"] == stands["account"]
    (term,) = [t for t in stands["issue"]["terms"] if t["signal"] == "account_risk"]
    assert term["contribution"] == pytest.approx(term["weight"] * term["strength"] * term["decay"])
    assert "Account at risk: 0." in explained()
