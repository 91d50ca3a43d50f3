"""Who may see which escalation: the one clause behind every list, count and notice (law 7)."""

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from config.words import Role
from store.anchors import Anchor, AnchorPerson
from store.people import Account, Person
from store.record import Escalation, Participant


def visible(person: Person) -> ColumnElement[bool]:
    """The clause on `Escalation` that holds for what this person may see.

    An admin sees all; everybody sees their own team's and those they take part in; a manager also sees those owned
    by anybody below them. A person who is not active sees nothing.
    """
    if not person.active:
        return false()
    if person.role == Role.ADMIN:
        return true()
    joined = select(Participant.escalation_id).where(Participant.person_id == person.id)
    ways: list[ColumnElement[bool]] = [Escalation.id.in_(joined), Escalation.owner_id == person.id]
    if person.team_id is not None:
        ways.append(Escalation.team_id == person.team_id)
    if person.role == Role.MANAGER:
        ways.append(Escalation.owner_id.in_(_below(person.id)))
    return or_(*ways)


def may_see(session: Session, person_id: int, escalation_id: int) -> bool:
    """Whether this person may see this escalation now; False for a person or an escalation that does not exist."""
    person = session.get(Person, person_id)
    if person is None:
        return False
    return session.scalar(select(Escalation.id).where(Escalation.id == escalation_id, visible(person))) is not None


def sees(person: Person | None) -> ColumnElement[bool]:
    """As `visible`; None is the one at the console, who keeps the machine and sees all."""
    return true() if person is None else visible(person)


def sees_anchor(person: Person | None) -> ColumnElement[bool]:
    """The clause on `Anchor` that holds for what this person may see; None, the one at the console, sees all.

    An admin sees all; everybody sees what they own or take part in, what belongs to a customer of theirs or of their
    team, what an escalation they see is attached to, and what belongs to nobody in particular; a manager also sees what
    anybody below them owns.
    """
    if person is None or (person.active and person.role == Role.ADMIN):
        return true()
    if not person.active:
        return false()
    joined = select(AnchorPerson.anchor_id).where(AnchorPerson.person_id == person.id)
    # Aliases, and one table to correlate with: the statement around may read accounts or escalations itself.
    account = aliased(Account)
    held = account.team_id.is_not(None) | account.owner_id.is_not(None)
    theirs = account.owner_id == person.id
    if person.team_id is not None:
        theirs |= account.team_id == person.team_id
    ways: list[ColumnElement[bool]] = [
        Anchor.owner_id == person.id,
        Anchor.id.in_(joined),
        Anchor.account_id.in_(select(account.id).where(theirs)),
        Anchor.id.in_(select(Escalation.anchor_id).where(visible(person)).correlate(None)),
        and_(Anchor.owner_id.is_(None), ~exists().where(account.id == Anchor.account_id, held).correlate(Anchor)),
    ]
    if person.role == Role.MANAGER:
        ways.append(Anchor.owner_id.in_(_below(person.id)))
    return or_(*ways)


def _below(manager_id: int) -> Select[tuple[int]]:
    # Without a name of its own, since one statement may ask this of two persons or of two tables.
    # UNION, not UNION ALL: a ring in the manager chain must not make the query run for ever.
    below = select(Person.id).where(Person.manager_id == manager_id).cte(recursive=True)
    deeper = aliased(Person)
    below = below.union(select(deeper.id).join(below, deeper.manager_id == below.c.id))
    return select(below.c.id)
