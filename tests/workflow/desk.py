"""One team with an escalation, its people and what a test does to it, on the real database."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.fields import Fields, load_fields
from config.playbooks import Playbooks
from config.policy import load_policy
from config.settings import Outgoing
from config.words import Channel, Role
from store.mail import Conversation
from store.outbox import Notice
from store.people import Account, Person, Team
from store.record import Audit, Escalation
from workflow.context import Context
from workflow.execute import Request, Transcript, run_block
from workflow.grammar import parse_block
from workflow.record import By, Opening, open_escalation
from workflow.trust import Trust


@dataclass
class Desk:
    """The stage. `says` runs a reply of a person on the escalation, by default with everything confirmed."""

    session: Session
    now: datetime
    team: Team
    other_team: Team
    account: Account
    lena: Person
    bob: Person
    mona: Person
    stan: Person
    esc: Escalation = field(init=False)
    playbooks: Playbooks | None = None
    fields: Fields = field(default_factory=load_fields)

    def by(self, person: Person | None = None, later: timedelta = timedelta(0)) -> By:
        """A change by this person, by default Lena."""
        who = person or self.lena
        return By(who.id, who.email, Channel.MAIL, self.now + later, mail_domain="us.example")

    @property
    def context(self) -> Context:
        """What commands and sweeps work with; without playbooks unless a test sets them."""
        return Context(load_policy(), Outgoing(), playbooks=self.playbooks, fields=self.fields)

    def conversation(self, subject: str = "Pump stands", esc: Escalation | None = None, age: int = 0) -> Conversation:
        """A conversation of the customer, `age` days old."""
        at = self.now - timedelta(days=age)
        made = Conversation(
            subject=subject,
            first_at=at,
            last_at=at,
            account_id=self.account.id,
            escalation_id=None if esc is None else esc.id,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def opened(self, *conversations: Conversation, owner: Person | None = None) -> Escalation:
        """A new escalation of the team, by default Lena's."""
        opening = Opening(
            title="Pump stands",
            account_id=self.account.id,
            team_id=self.team.id,
            conversation_ids=tuple(c.id for c in conversations),
            why="account risk: we will cancel",
            owner_id=(owner or self.lena).id,
        )
        return open_escalation(self.session, replace(self.by(), person_id=None, actor="smokewatch"), opening)

    def says(
        self,
        text: str,
        person: Person | None = None,
        *,
        allowed: Trust = Trust.CONFIRMED,
        esc: Escalation | None = None,
        later: timedelta = timedelta(0),
    ) -> Transcript:
        """Run a reply."""
        by = self.by(person, later)
        block = parse_block(text, by.now, "Europe/Berlin")
        request = Request(allowed, self.context)
        return run_block(self.session, by, (esc or self.esc).id, block, request)

    def says_one(self, text: str, person: Person | None = None, later: timedelta = timedelta(0)) -> str:
        """Run a reply of one command; its outcome, which must be good."""
        told = self.says(text, person, later=later)
        assert [line.ok for line in told.lines] == [True], told.lines
        return told.lines[0].outcome

    def refused(self, text: str, person: Person | None = None, later: timedelta = timedelta(0)) -> str:
        """Run a reply of one command; its outcome, which must be a refusal."""
        told = self.says(text, person, later=later)
        assert [line.ok for line in told.lines] == [False], told.lines
        return told.lines[0].outcome

    def audit(self, *actions: str) -> list[tuple[str | None, str | None]]:
        """From and to of the escalation's audit rows of these actions."""
        rows = select(Audit.from_value, Audit.to_value).where(
            Audit.stream == self.esc.number, Audit.action.in_(actions)
        )
        return [(before, after) for before, after in self.session.execute(rows.order_by(Audit.seq))]

    def notices(self, kind: str) -> list[int]:
        """Who gets a notice of this kind."""
        rows = select(Notice.person_id).where(Notice.kind == kind).order_by(Notice.id)
        return list(self.session.scalars(rows))


def person(session: Session, name: str, team: Team, role: Role = Role.AGENT, manager: Person | None = None) -> Person:
    """One of us, `first.last@us.example`."""
    handle = name.lower().replace(" ", ".")
    made = Person(
        email=f"{handle}@us.example",
        name=name,
        handle=handle,
        role=role,
        team_id=team.id,
        zone="Europe/Berlin",
        manager_id=None if manager is None else manager.id,
    )
    session.add(made)
    session.flush()
    return made


def set_up_desk(session: Session, now: datetime) -> Desk:
    """Support (Mona leads Lena and Bob) with an open escalation of one conversation; Stan is of engineering."""
    team, other = Team(name="support", zone="Europe/Berlin"), Team(name="engineering")
    account = Account(name="Norvik", created_at=now)
    session.add_all([team, other, account])
    session.flush()
    mona = person(session, "Mona Adler", team, Role.MANAGER)
    lena = person(session, "Lena Vogt", team, manager=mona)
    bob = person(session, "Bob Stone", team, manager=mona)
    stan = person(session, "Stan Kowal", other)
    desk = Desk(session, now, team, other, account, lena, bob, mona, stan)
    desk.esc = desk.opened(desk.conversation())
    return desk
