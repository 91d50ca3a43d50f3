"""One escalation from its first mail to its second post-mortem, through real IMAP and SMTP, answered by mail."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from alerts.context import AlertContext
from smokewatch.bootstrap import read_context
from store import audit
from store.database import Store
from store.people import Person, Team
from store.record import Audit, Closeout, Escalation, SignOff
from store.roster import Rung
from store.tasks import ActionItem, Duty, Milestone
from store.views import EscalationView, escalation_view
from tests.alerts.scene import sender_for
from tests.alerts.sink import Sink
from tests.dovecot.box import Box
from tests.dovecot.server import Dovecot
from tests.ingest.scene import LOOP_ID, NOW, context, letter, people
from tests.system.played import Played

pytestmark = pytest.mark.dovecot

ASK = "Hello,\n\nthe controller drops out every night at two and the line stands still. What should we do?\n\nInes"
FORMAL = (
    "Hello,\n\nI am formally escalating this. We will cancel the contract at the end of the month if the line stops "
    "again, and our lawyers are preparing a claim for damages.\n\nInes"
)
PROMISE = "Hello Ines,\n\nI will send you the new firmware by tomorrow 12:00.\n\nLena"
SIGNED = "From our side this is solved, thank you."
DONE = f"Hello,\n\nthe new firmware runs. {SIGNED}\n\nInes"
LENA_WRITES = {"From": "Lena Vogt <lena@us.example>", "To": "ines@norvik.example", "Cc": "help@us.example"}
LENA, OMAR, VERA, ADA = (f"{name}@us.example" for name in ("lena", "omar", "vera", "ada"))


@pytest.fixture
def played(imap: Dovecot, store: Store, sink: Sink) -> Iterator[Played]:
    """The small company with its mailbox; Vera stands above Omar, and Ada is the admin."""
    with store.transaction() as session:
        people(session)
        team = session.scalars(select(Team.id)).one()
        vera = Person(email=VERA, name="Vera Lind", handle="vera", role="manager", team_id=team)
        session.add_all([vera, Person(email=ADA, name="Ada Okoye", handle="ada", role="admin", zone="Europe/Berlin")])
        session.flush()
        session.scalars(select(Person).where(Person.email == OMAR)).one().manager_id = vera.id
    plain = context()
    ctx = replace(plain, workflow=read_context(plain.settings))
    alerts = AlertContext(ctx.settings.outgoing, ctx.workflow.policy.alerts, LOOP_ID)
    box = Box(imap, f"p{secrets.token_hex(6)}", store)
    sender = sender_for(sink)
    yield Played(store, box, sink, sender, ctx, alerts, NOW, "mx.us.example; dmarc=pass header.from=us.example")
    sender.close()


def _view(played: Played) -> EscalationView:
    with played.store.transaction() as session:
        return escalation_view(session, session.scalars(select(Escalation.id)).one(), played.now)


def _write(played: Played, number: int, text: str, **headers: str) -> None:
    follow = {"Subject": "Re: Controller drops out", "References": "<m1@norvik.example>"} if number > 1 else {}
    played.arrive(letter(number, text, played.now, **follow, **headers))


def _rows(played: Played, table: type[Any]) -> list[Any]:
    with played.store.transaction() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def _actions(played: Played) -> list[tuple[str, str | None, str | None, str | None]]:
    """The audit of the escalation, oldest first."""
    with played.store.transaction() as session:
        rows = select(Audit.action, Audit.from_value, Audit.to_value, Audit.reason).where(Audit.stream == "ESC-1")
        return [(a, b, c, d) for a, b, c, d in session.execute(rows.order_by(Audit.seq))]


def _said(played: Played, who: str, text: str) -> str:
    """What the answer to a person's commands says, unwrapped; the newest mail of the escalation is answered."""
    answered = played.answer(played.newest(who, "ESC-1"), text)
    return " ".join(answered.text.split())


def _confirmed(played: Played, who: str) -> str:
    return " ".join(played.answer(played.newest(who, "please confirm"), "yes").text.split())


def test_from_the_first_mail_to_the_second_post_mortem(played: Played) -> None:
    _opened(played)
    _raised_to_sev_1(played)
    _a_promise_is_missed(played)
    _nobody_answers(played)
    _worked_on(played)
    _handed_over(played)
    _closed_with_a_post_mortem(played)
    _locked(played)
    _closed_again(played)
    with played.store.transaction() as session:
        assert audit.verify(session) == []
        sequence = list(session.scalars(select(Audit.seq).where(Audit.stream == "ESC-1").order_by(Audit.seq)))
    assert sequence == list(range(1, len(sequence) + 1))
    assert set(played.sink.ids.values()) == {1}


def _opened(played: Played) -> None:
    _write(played, 1, ASK)
    view = _view(played)
    assert (view.state, view.path, view.risk, view.owner and view.owner.email) == ("open", 2, "elevated", OMAR)
    assert [duty.playbook for duty in _rows(played, Duty)] == ["sev2"] * 3


def _raised_to_sev_1(played: Played) -> None:
    played.pass_time(minutes=30)
    _write(played, 2, FORMAL)
    assert (_view(played).path, _view(played).risk) == (1, "high")
    assert [duty.playbook for duty in _rows(played, Duty)].count("sev1") == 15
    path = next(row for row in _actions(played) if row[0] == "path")
    assert path[1:3] == ("2", "1")
    assert path[3] is not None
    assert "We will cancel the contract" in path[3]


def _a_promise_is_missed(played: Played) -> None:
    played.pass_time(minutes=30)
    _write(played, 3, PROMISE, **LENA_WRITES)
    played.pass_time(hours=25)
    assert [(p.state, p.quote) for p in _view(played).promises] == [
        ("missed", "I will send you the new firmware by tomorrow 12:00.")
    ]
    assert "missed a promise" in str(played.newest(OMAR).message["Subject"])
    assert _view(played).risk == "critical"


def _nobody_answers(played: Played) -> None:
    """Lena does not answer within four business hours, nor her manager within eight: the sponsor is asked."""
    _said(played, OMAR, "assign @lena: she knows the controller\nnote: @ada please watch this one")
    played.pass_time(days=4)
    assert [(rung.name, rung.ended_why) for rung in _rows(played, Rung)] == [
        ("frontline", "the customer was answered"),
        ("frontline", "no answer in time"),
        ("manager", "no answer in time"),
        ("executive sponsor", ""),
    ]
    assert ("ladder", "frontline", "manager", "no answer in time on the rung frontline") in _actions(played)
    assert "executive sponsor" in played.newest(VERA, "ESC-1").text


def _worked_on(played: Played) -> None:
    told = _said(
        played,
        LENA,
        "ack\nstart\naction: @lena by Friday: write the release note\ndid 4, 6, 8: all set up\n"
        "milestone 60: firmware at the customer by Friday\nraci @lena R",
    )
    assert "Done, all 6 lines." in told
    assert {d.n for d in _rows(played, Duty) if d.note == "all set up"} == {4, 6, 8}
    assert [(m.text, m.share) for m in _rows(played, Milestone)] == [("firmware at the customer", 60)]


def _handed_over(played: Played) -> None:
    _said(played, LENA, "handoff @omar")
    summary = " ".join(played.newest(OMAR, "ESC-1").text.split())
    for part in (
        "Lena Vogt hands ESC-1 (Norvik Pumps) over to you",
        "Missed: “I will send you the new firmware by tomorrow 12:00.”",
        "Action 1: write the release note (Lena Vogt), by Fri 15 May",
        "Ines Dahl: 2 mails",
        "@ada please watch this one",
    ):
        assert part in summary


def _closed_with_a_post_mortem(played: Played) -> None:
    played.pass_time(hours=2)
    _write(played, 4, DONE)
    assert SIGNED in _said(played, LENA, "signed off\nresolve: firmware 4.2 is in")
    assert "ESC-1 is resolved." in _confirmed(played, LENA)
    asked = _said(played, LENA, "close")
    assert "Get the customer's sign-off" not in asked
    assert "I still need `root cause:`" in asked
    assert "What was wrong, and what was missing" in asked
    _said(played, LENA, "close\nroot cause: a watchdog timer overflowed\nlessons: test over three nights")
    assert "its closeout is version 1" in _confirmed(played, LENA)
    assert _view(played).state == "closed"
    signed = _rows(played, SignOff)
    assert [(s.by_address, s.quote) for s in signed] == [
        ("ines@norvik.example", "From our side this is solved, thank you.")
    ]


def _locked(played: Played) -> None:
    """Every write is refused until an admin gives a reason."""
    assert "is locked" in _said(played, ADA, "lock")
    for line in ("done 1", "reopen: it came back", "lessons: none"):
        assert "closeout of ESC-1 is locked" in _said(played, LENA, line)
    assert "Only an admin" in _said(played, OMAR, "unlock: I want it")
    assert [item.state for item in _rows(played, ActionItem)] == ["open"]
    _said(played, ADA, "unlock: the customer reports it again")
    assert "is open again" in _confirmed(played, ADA)


def _closed_again(played: Played) -> None:
    _said(played, LENA, "reopen: it came back")
    assert _view(played).state == "open"
    _said(played, LENA, "root cause: a second timer\nresolution: firmware 4.3\nclose")
    assert "its closeout is version 2" in _confirmed(played, LENA)
    kept = [(c.version, c.root_cause, c.resolution, c.lessons) for c in _rows(played, Closeout)]
    assert kept == [
        (1, "a watchdog timer overflowed", "firmware 4.2 is in", "test over three nights"),
        (2, "a second timer", "firmware 4.3", ""),
    ]
    states = [(a, b) for what, a, b, _why in _actions(played) if what in {"state", "reopened"}]
    assert states == [
        ("open", "acknowledged"), ("acknowledged", "in_progress"), ("in_progress", "resolved"), ("resolved", "closed"),
        ("closed", "open"), ("open", "resolved"), ("resolved", "closed"),
    ]  # fmt: skip
