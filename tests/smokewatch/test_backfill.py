"""A new installation starts with the true state: the last days at their own dates, and one mail about all of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.matrix import load_matrix
from config.policy import load_policy
from config.settings import Outgoing
from config.words import NoticeKind, NoticeState
from smokewatch.engines.imap import USER, LocalImap, put
from store.database import Store
from store.mail import Folder, RawMail
from store.outbox import Notice
from store.record import Escalation
from store.risk import FindingRow
from store.roster import Rung
from tests.smokewatch.conftest import Run
from tests.smokewatch.replays import mail, set_up
from workflow.context import Context
from workflow.ladder import keep_ladder

NOW = datetime.now(UTC)
ASKED = NOW - timedelta(days=7)
OLD = NOW - timedelta(days=40)
PROMISE = "I will send you the new firmware by tomorrow 5 pm."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalImap]:
    """A mailbox with an old mail, and a promise of last week that nobody kept."""
    home = tmp_path / "imap"
    asked = mail("ines@norvik.example", "help@us.example", ASKED, "Could you send us the new firmware?")
    told = mail("lena@us.example", "ines@norvik.example", ASKED + timedelta(hours=1), PROMISE)
    told["In-Reply-To"] = asked["Message-ID"]
    old = mail("ines@norvik.example", "help@us.example", OLD, "Could you tell us the price?")
    for each, at in ((old, OLD), (asked, ASKED), (told, ASKED + timedelta(hours=1))):
        put(home, each.as_bytes(), at)
    server = LocalImap(home)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ready(server: LocalImap, run: Run, tmp_path: Path) -> Run:
    """The company, with settings that name the mailbox."""
    set_up(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "smokewatch.toml").write_text(
        f'[[mailbox]]\nname = "help"\naddress = "help@us.example"\nhost = "127.0.0.1"\nport = {server.port}\n'
        f'security = "plain"\nuser = "{USER}"\npassword = "{server.password}"\n',
        encoding="utf-8",
    )
    for kind in ("teams", "people", "accounts"):
        run(kind, "import", f"{kind}.csv")
    return run


def test_the_promise_is_missed_at_its_own_time(company: Store, ready: Run) -> None:
    code, _out, err = ready("backfill", "--days", "10")
    assert (code, err) == (0, "")
    with company.transaction() as session:
        found = session.scalars(select(FindingRow.found_at)).all()
        opened = session.scalars(select(Escalation.opened_at)).all()
    assert found
    assert max(*found, *opened) < NOW - timedelta(days=1)


def test_nobody_is_told_but_by_one_summary(company: Store, ready: Run) -> None:
    ready("backfill", "--days", "10")
    with company.transaction() as session:
        waiting = session.execute(select(Notice.kind, Notice.facts).where(Notice.state == NoticeState.WAITING)).all()
    assert [kind for kind, _ in waiting] == [NoticeKind.ADMIN] * 2  # the admin and the manager
    assert {facts["headline"].rpartition(": ")[2] for _, facts in waiting} == {"1 escalations are open."}


def test_no_ladder_climbs_for_what_the_summary_told(company: Store, ready: Run) -> None:
    ready("backfill", "--days", "10")
    with company.transaction() as session:
        keep_ladder(session, Context(load_policy(), Outgoing(), matrix=load_matrix()), NOW + timedelta(days=60))
        assert session.scalars(select(Rung).where(Rung.ended_at.is_(None))).all() == []
        assert session.scalars(select(Rung)).all() != []


def test_older_mail_stays_unread(company: Store, ready: Run) -> None:
    ready("backfill", "--days", "10")
    with company.transaction() as session:
        assert session.scalar(select(func.count()).select_from(RawMail)) == 2
        assert session.scalar(select(Folder.last_uid)) == 3


def test_a_second_run_finds_nothing_new(ready: Run) -> None:
    ready("backfill", "--days", "10")
    _code, out, _err = ready("backfill", "--days", "10")
    assert out.startswith("0 mails kept, 0 read")


def test_a_mailbox_that_is_being_read_is_refused(company: Store, ready: Run) -> None:
    with company.transaction() as session:
        until = datetime.now(UTC) + timedelta(minutes=1)
        session.add(Folder(mailbox="help", name="INBOX", lease_holder="another", lease_until=until, lease_epoch=1))
    code, _out, err = ready("backfill", "--days", "10")
    assert (code, "stop `smokewatch up`" in err) == (1, True)


def test_an_unknown_mailbox_is_named_with_those_there_are(ready: Run) -> None:
    code, _out, err = ready("backfill", "--days", "10", "--mailbox", "sales")
    assert (code, "there is: help" in " ".join(err.split())) == (2, True)
