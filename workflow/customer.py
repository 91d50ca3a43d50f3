"""Mails to the customer: drafted from the record, and never on their way without the person who sent them."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailKind, CustomerMailState
from config.words import Direction, MailKind
from store.customer import CustomerMail
from store.mail import Conversation, Delivery, Folder, Message
from store.people import Team
from store.record import Escalation
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.context import Context
from workflow.errors import NotFound, Refused

MOST_REFERENCES = 10
"""Mails of the thread that a mail refers to; mail programs thread by the last."""
DRAFT, WAITING, WITHDRAWN = CustomerMailState.DRAFT, CustomerMailState.WAITING, CustomerMailState.WITHDRAWN
_SWITCH = {CustomerMailKind.UPDATE: "updates", CustomerMailKind.SATISFACTION: "satisfaction"}


@dataclass(frozen=True)
class Thread:
    """Where a mail to the customer goes: the newest mail of theirs, who it answers as, and what it refers to."""

    message: Message
    from_address: str
    references: tuple[str, ...]

    @property
    def subject(self) -> str:
        """`Re: ` and what the customer wrote."""
        bare = self.message.subject.strip()
        return bare if bare.lower().startswith(("re:", "aw:", "sv:")) else f"Re: {bare or 'your mail'}"


@dataclass(frozen=True)
class Wording:
    """What a mail to the customer is for, and its whole text."""

    kind: CustomerMailKind
    text: str


def thread_of(session: Session, esc: Escalation, ctx: Context) -> Thread:
    """The thread in which the customer of an escalation would be answered.

    Raises:
        Refused: no mail of theirs is on it, or none that is surely theirs, or it came to no mailbox of ours.

    """
    message = session.scalar(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.escalation_id == esc.id, Message.kind == MailKind.CUSTOMER, Message.from_address != "")
        .where(Message.details["doubt"].as_string().is_(None))
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )
    if message is None:
        raise Refused(f"No mail of the customer is on {esc.number}, so there is nobody I could answer.")
    return Thread(message, _mailbox(session, esc, ctx, message), _references(session, message))


def draft(session: Session, by: By, esc: Escalation, thread: Thread, wording: Wording) -> CustomerMail:
    """Keep a draft; nothing leaves the house by it."""
    last = session.scalar(select(func.max(CustomerMail.n)).where(CustomerMail.escalation_id == esc.id)) or 0
    made = CustomerMail(
        escalation_id=esc.id,
        n=last + 1,
        kind=wording.kind,
        to_addresses=[thread.message.from_address],
        from_address=thread.from_address,
        subject=thread.subject,
        text=cut(wording.text.strip()),
        in_reply_to=thread.message.message_id,
        references=list(thread.references),
        state=DRAFT,
        made_by=by.person_id,
        made_at=by.now,
        attempts=0,
    )
    session.add(made)
    session.flush()
    written(
        session,
        by,
        esc,
        Step("customer draft", None, f"{wording.kind.value} {made.n}", detail={"customer_mail": made.id}),
    )
    return made


def approve(session: Session, by: By, esc: Escalation, mail: CustomerMail, ctx: Context) -> None:
    """Send a draft: from here on the deliverer mails it, once.

    Raises:
        Refused: switched off, no draft any more, nobody of ours who answers for it, or overtaken by the customer.

    """
    check_allowed(ctx, CustomerMailKind(mail.kind))
    if mail.state != DRAFT:
        raise Refused(f"Draft {mail.n} is {say_state(mail)}; only a draft can be sent.")
    if by.person_id is None:
        raise Refused("A mail to a customer needs one of us who sends it; I could not tell who you are.")
    if thread_of(session, esc, ctx).message.message_id != mail.in_reply_to:
        raise Refused(f"The customer has written since draft {mail.n} was made. Read that first, and draft it anew.")
    mail.approved_by, mail.approved_at, mail.state, mail.not_before = by.person_id, by.now, WAITING, by.now
    # The shape mail programs make; made once, so that a re-send after a broken session carries the same.
    digest = hashlib.sha256(f"customer:{mail.id}:{by.now.isoformat()}".encode()).hexdigest()
    mail.message_id = f"<{digest[:10]}.{digest[10:24]}@{mail.from_address.rpartition('@')[2]}>"
    detail = {"customer_mail": mail.id, "kind": mail.kind}
    written(session, by, esc, Step("customer mail", f"draft {mail.n}", "approved", detail=detail))


def withdraw(session: Session, by: By, esc: Escalation, mail: CustomerMail) -> str:
    """Throw a draft away, or stop an approved mail that is not on its way yet; its state before.

    Raises:
        Refused: it was sent, is being sent, or was withdrawn already.

    """
    under_way = mail.claimed_until is not None and mail.claimed_until > by.now
    if mail.state not in (DRAFT, WAITING, CustomerMailState.FAILED) or under_way or mail.phase == "after_dot":
        raise Refused(f"Draft {mail.n} is {'being sent' if under_way else say_state(mail)}; it cannot be taken back.")
    before, mail.state = mail.state, WITHDRAWN
    detail = {"customer_mail": mail.id}
    written(session, by, esc, Step("customer draft", f"{mail.kind} {mail.n}", "withdrawn", detail=detail))
    return before


def restore(session: Session, by: By, esc: Escalation, mail_id: int) -> None:
    """Make a withdrawn draft a draft again; one that was approved needs its approval anew."""
    mail = session.get_one(CustomerMail, mail_id, with_for_update=True, populate_existing=True)
    if mail.state != WITHDRAWN:
        raise Refused(f"Draft {mail.n} is {say_state(mail)} by now, so I left it as it is.")
    mail.state = DRAFT
    detail = {"customer_mail": mail.id}
    written(session, by, esc, Step("customer draft", "withdrawn", f"{mail.kind} {mail.n}", detail=detail))


def numbered(session: Session, esc: Escalation, n: int) -> CustomerMail:
    """The mail of this number, locked.

    Raises:
        NotFound: there is none; the sentence names the drafts there are.

    """
    own = select(CustomerMail).where(CustomerMail.escalation_id == esc.id)
    found = session.scalar(own.where(CustomerMail.n == n).with_for_update().execution_options(populate_existing=True))
    if found is not None:
        return found
    drafts = session.scalars(own.where(CustomerMail.state == DRAFT).order_by(CustomerMail.n)).all()
    known = ", ".join(str(each.n) for each in drafts)
    there = f"its drafts: {known}" if known else "it has none; `update customer` makes one"
    raise NotFound(f"{esc.number} has no draft {n} to the customer ({there}).")


def check_allowed(ctx: Context, kind: CustomerMailKind) -> None:
    """Refuse what the policy has not switched on.

    Raises:
        Refused: it is off; the sentence says what an admin may set.

    """
    switch = _SWITCH[kind]
    if not getattr(ctx.policy.customer, switch):
        raise Refused(
            f"Mail to customers is switched off here, so nothing was drafted or sent. An admin may set {switch} = true "
            "under [customer] in the policy; `note: ...` keeps a text on the record."
        )


def say_state(mail: CustomerMail) -> str:
    """The state as people read it."""
    words = {WAITING: "approved and about to be sent", CustomerMailState.FAILED: "not deliverable"}
    return words.get(CustomerMailState(mail.state), mail.state)


def _mailbox(session: Session, esc: Escalation, ctx: Context, message: Message) -> str:
    """The mailbox the customer wrote to: by the header, by where it was fetched, else the team's own."""
    shared = session.scalars(select(Team.mailboxes)).all()
    ours = {address.lower() for each in shared for address in each} | set(ctx.boxes.values())
    named = next((a for a in (*message.to_addresses, *message.cc_addresses) if a in ours), None)
    if named is not None:
        return named
    fetched = session.scalars(
        select(Folder.mailbox)
        .join(Delivery, Delivery.folder_id == Folder.id)
        .where(Delivery.raw_mail_id == message.raw_mail_id)
        .order_by(Delivery.id)
    )
    if (box := next((ctx.boxes[name] for name in fetched if name in ctx.boxes), None)) is not None:
        return box
    team = None if esc.team_id is None else session.get(Team, esc.team_id)
    if team is not None and team.mailboxes:
        return team.mailboxes[0].lower()
    raise Refused(
        f"I cannot tell which mailbox of yours the customer of {esc.number} writes to; name it in the settings."
    )


def _references(session: Session, message: Message) -> tuple[str, ...]:
    """What went between the customer and us in the thread, the mail that is answered last; nothing from inside."""
    between = session.scalars(
        select(Message.message_id)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.direction.in_((Direction.IN, Direction.OUT)),
            Message.kind.in_((MailKind.CUSTOMER, MailKind.COLLEAGUE)),
            Message.id != message.id,
            Message.sent_at <= message.sent_at,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(MOST_REFERENCES - 1)
    ).all()
    return (*reversed(between), message.message_id)
