"""A small company with one customer and one escalation, to send mail about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.context import AlertContext
from alerts.deliver import deliver_one
from alerts.sender import SmtpSender
from config.policy import CustomerPolicy, load_policy
from config.settings import Outgoing, Security, Smtp
from config.words import NoticeKind, Role
from store.database import Store
from store.notices import Evidence, NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Account, Person, Team
from store.record import Escalation, Participant
from tests.alerts.sink import Sink

OUTGOING = Outgoing(
    from_address="smokewatch@us.example",
    reply_address="reply@in.us.example",
    bounce_address="bounce@in.us.example",
)
CONTEXT = AlertContext(OUTGOING, load_policy().alerts, "instance-7")
ALLOWED = replace(CONTEXT, customer=CustomerPolicy(updates=True, satisfaction=True, satisfaction_after_close=False))
QUOTE = "We have now asked three times and still have no date."


def tuned(**changes: Any) -> AlertContext:
    """The context with another policy."""
    return replace(CONTEXT, policy=CONTEXT.policy.model_copy(update=changes))


def sender_for(sink: Sink, **settings: Any) -> SmtpSender:
    """A sender that talks to the sink."""
    values: dict[str, Any] = {"host": "127.0.0.1", "port": sink.port, "security": Security.PLAIN} | settings
    return SmtpSender(Smtp(**values), hello="us.example")


@dataclass
class Scene:
    """The ids of the people, and short ways to post and send. Omar manages Lena's team; Ada is the admin."""

    store: Store
    now: datetime
    team: int = 0
    account: int = 0
    lena: int = 0
    omar: int = 0
    ada: int = 0
    esc: int = 0
    posted: int = 0

    def post(self, kind: NoticeKind = NoticeKind.RISK_UP, person: int = 0, **changes: Any) -> int:
        """Post one notice with evidence; each call is another event."""
        self.posted += 1
        values: dict[str, Any] = {
            "kind": kind,
            "person_id": person or self.omar,
            "event": f"risk:{self.posted}",
            "why": "you manage Support",
            "at": self.now,
            "escalation_id": self.esc,
            "evidence": (evidence(self.now),),
            "facts": {"from": "elevated", "to": "high", "score": 0.7, "terms": []},
        }
        with self.store.transaction() as session:
            made = post_notice(session, NoticeDraft(**(values | changes)), mail_domain=OUTGOING.domain)
        assert made is not None
        return made

    def drain(self, sink: Sink, ctx: AlertContext = CONTEXT, *, later: timedelta = timedelta()) -> int:
        """Deliver until nothing is due at that moment; how many steps it took."""
        sender = sender_for(sink)
        steps = 0
        while deliver_one(self.store, sender, ctx, self.now + later):
            steps += 1
            assert steps < 500
        sender.close()
        return steps

    def notice(self, notice_id: int) -> Notice:
        """The notice as it stands."""
        with self.store.transaction() as session:
            return session.get_one(Notice, notice_id)

    def notices(self, kind: NoticeKind) -> list[Notice]:
        """All notices of this kind."""
        with self.store.transaction() as session:
            return list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))

    def change(self, do: Callable[[Session], object]) -> None:
        """One committed change."""
        with self.store.transaction() as session:
            do(session)

    def update(self, table: type[Any], key: object, **values: Any) -> None:
        """Set columns of one row."""
        with self.store.transaction() as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)


def evidence(now: datetime, quote: str = QUOTE, author: str = "Ines Dahl") -> Evidence:
    """One proof."""
    return Evidence(
        "repeated_follow_up", 2, quote, author, (now - timedelta(hours=2)).isoformat(), "we send a date", "f/1", 1
    )


def build_scene(store: Store, now: datetime) -> Scene:
    """The company, committed."""
    scene = Scene(store, now)
    with store.transaction() as session:
        team = Team(name="Support", zone="Europe/Berlin")
        account = Account(name="Norvik Pumps", created_at=now)
        session.add_all([team, account])
        session.flush()
        lena, omar, ada = (
            Person(email=f"{n}@us.example", name=name, handle=n, role=role, team_id=team.id, zone="Europe/Berlin")
            for n, name, role in (
                ("lena", "Lena Vogt", Role.AGENT),
                ("omar", "Omar Haddad", Role.MANAGER),
                ("ada", "Ada Okoye", Role.ADMIN),
            )
        )
        session.add_all([lena, omar, ada])
        escalation = Escalation(
            title="Controller on line 2 drops out again", account_id=account.id, team_id=team.id, risk="high",
            opened_at=now - timedelta(days=1), opened_why="asked again", changed_at=now - timedelta(days=1),
        )  # fmt: skip
        session.add(escalation)
        session.flush()
        for person in (lena, omar):
            session.add(
                Participant(escalation_id=escalation.id, person_id=person.id, added_at=now, why="named by an admin")
            )
        scene.team, scene.account, scene.esc = team.id, account.id, escalation.id
        scene.lena, scene.omar, scene.ada = lena.id, omar.id, ada.id
    return scene
