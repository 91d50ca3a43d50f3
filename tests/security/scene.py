"""One escalation with its people, and mails about it: what every attack is played on."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.policy import load_policy
from config.settings import Limits, Mailbox, Outgoing
from config.words import Channel, NoticeKind, State
from ingest.mail import ParsedMail
from ingest.read import read_mail
from ingest.replies.dkim import Lookup
from ingest.replies.handle import handle
from ingest.replies.rejections import ACTION
from ingest.replies.reply import Outcome, Reply
from store import audit
from store.audit import Change
from store.mail import Conversation, Message, RawMail
from store.outbox import Notice
from store.people import Person, Team
from store.record import Audit, Comment, Escalation, Participant, PendingCommand
from store.tokens import Claim, Purpose, issue, tagged_address
from workflow.context import Context

AUTHSERV = "mx.acme.example"
DANA = "dana.lee@acme.example"
OUTGOING = Outgoing(
    from_address="smokewatch@acme.example", reply_address="reply@acme.example", bounce_address="bounce@acme.example"
)
PROVEN = f"Authentication-Results: {AUTHSERV}; dkim=pass header.d=acme.example; dmarc=pass header.from=acme.example\r\n"


def no_dns(name: bytes, timeout: float = 5) -> bytes | None:
    """Answer as a domain without any DKIM key."""
    assert name
    assert timeout > 0
    return None


@dataclass
class Scene:
    """The stage. `esc` is escalation E, owned by nobody, on which Dana (the manager) and Bob take part."""

    session: Session
    now: datetime
    dana: Person
    bob: Person
    former: Person
    stranger: Person
    esc: Escalation
    other_esc: Escalation
    conversation: Conversation
    ctx: Context
    mailbox: Mailbox
    lookup: Lookup = no_dns
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    def address(
        self,
        person: Person | None = None,
        esc: Escalation | None = None,
        purpose: Purpose = "reply",
        *,
        nonce: int = 0,
        expires: timedelta = timedelta(days=14),
    ) -> str:
        """A reply address: by default Dana's for E."""
        claim = Claim(
            (person or self.dana).id, (esc or self.esc).id, purpose, self.now + expires, nonce or next(self._serial)
        )
        return tagged_address(OUTGOING.reply_address, issue(self.session, claim))

    def confirm_address(self) -> str:
        """The reply address of the confirm that waits."""
        pending = self.session.scalars(select(PendingCommand).order_by(PendingCommand.id.desc())).first()
        assert pending is not None
        return self.address(purpose="confirm", nonce=pending.id, expires=timedelta(hours=24))

    def mail(
        self, text: str, to: str = "", sender: str = DANA, head: str = PROVEN, subject: str = "Re: Outage"
    ) -> bytes:
        """A plain mail; by default Dana's genuine answer to her alert about E."""
        return (
            f"{head}From: {sender}\r\nTo: {to or self.address()}\r\nSubject: {subject}\r\n"
            f"Date: {self.now:%a, %d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <{next(self._serial)}.m@acme.example>\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            f"{base64.encodebytes(text.encode()).decode()}"
        ).encode()

    def take(self, raw: bytes) -> Outcome:
        """Deliver a mail to the code under test."""
        mail = read_mail(raw, Limits())
        reply = Reply(mail, raw, self._message(mail), self.mailbox, self.lookup)
        return handle(self.session, reply, self.ctx, self.now)

    def record(self) -> tuple[Any, ...]:
        """Everything about both escalations that a command could change."""
        self.session.flush()
        self.session.expire_all()
        comments = self.session.scalar(select(func.count(Comment.id)))
        people = self.session.scalar(select(func.count()).select_from(Participant))
        return (
            *(v for e in (self.esc, self.other_esc) for v in (e.state, e.version, e.owner_id, e.priority, e.path)),
            comments,
            people,
        )

    def rejections(self) -> list[tuple[str, str | None]]:
        """Stream and reason of every refused command."""
        rows = select(Audit.stream, Audit.reason).where(Audit.action == ACTION).order_by(Audit.at, Audit.seq)
        return [(stream, reason) for stream, reason in self.session.execute(rows)]

    def reasons(self) -> list[str | None]:
        """Only the reasons."""
        return [reason for _, reason in self.rejections()]

    def notices(self, *kinds: NoticeKind) -> list[Notice]:
        """The notices posted, of these kinds or of all."""
        found = select(Notice).order_by(Notice.id)
        return list(self.session.scalars(found.where(Notice.kind.in_(kinds)) if kinds else found))

    def answers(self) -> list[Notice]:
        """Answers and confirms."""
        return self.notices(NoticeKind.ANSWER, NoticeKind.CONFIRM)

    def _message(self, mail: ParsedMail) -> int:
        """A row for the mail, as processing makes it; each delivery is taken for a mail of its own."""
        n = next(self._serial)
        raw = RawMail(sha256=b"%d" % n, body=b"", size=0, received_at=self.now, kept_at=self.now)
        self.session.add(raw)
        self.session.flush()
        message = Message(
            conversation_id=self.conversation.id, raw_mail_id=raw.id, content_key=b"%d" % n, message_id=mail.message_id,
            message_id_hash=b"%d" % n, kind="command", direction="internal", from_address="", from_name="",
            to_addresses=[], cc_addresses=[], subject="", sent_at=self.now, received_at=self.now, new_text="",
            reading={}, reading_version="",
        )  # fmt: skip
        self.session.add(message)
        self.session.flush()
        return message.id


def build_scene(session: Session, now: datetime) -> Scene:
    """Set the stage."""
    team, other = Team(name="Support"), Team(name="Elsewhere")
    session.add_all([team, other])
    session.flush()
    dana = Person(email=DANA, name="Dana Lee", handle="dana", role="manager", team_id=team.id)
    bob = Person(email="bob@acme.example", name="Bob", handle="bob", role="agent", team_id=team.id)
    former = Person(
        email="fred@acme.example", name="Fred", handle="fred", role="manager", team_id=team.id, active=False
    )
    stranger = Person(email="sam@acme.example", name="Sam", handle="sam", role="agent", team_id=other.id)
    session.add_all([dana, bob, former, stranger])
    session.flush()
    esc, second = (
        Escalation(
            title=t, team_id=team.id, opened_at=now, opened_why="test", changed_at=now, state=State.OPEN, version=1
        )
        for t in ("Outage", "Invoice")
    )
    session.add_all([esc, second])
    session.flush()
    conversation = Conversation(escalation_id=esc.id, first_at=now, last_at=now)
    session.add(conversation)
    session.flush()
    audit.record(session, Change(esc.number, now, "smokewatch", Channel.SYSTEM, "opened"))
    mailbox = Mailbox(name="support", address="support@acme.example", host="imap.acme.example", authserv_id=AUTHSERV)
    ctx = Context(load_policy(), OUTGOING)
    return Scene(session, now, dana, bob, former, stranger, esc, second, conversation, ctx, mailbox)


def assert_refused(scene: Scene, raw: bytes, reason: str, *, told: int = 0) -> None:
    """A mail changes nothing, leaves one audit row with its reason, and mails nobody but the registered person."""
    before, rows, mails = scene.record(), len(scene.rejections()), len(scene.notices())
    scene.take(raw)
    assert scene.record() == before
    assert [r for _, r in scene.rejections()[rows:]] == [reason]
    fresh = scene.notices()[mails:]
    assert len(fresh) == told
    assert {n.person_id for n in fresh} <= {scene.dana.id}


def later(scene: Scene, **by: float) -> Scene:
    """The same stage after some time."""
    return replace(scene, now=scene.now + timedelta(**by))
