"""Says which texts somebody may find, and which of them the filters of a search leave."""

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from config.textwords import words
from config.words import Role, Target
from store.anchors import Anchor, AnchorComment
from store.files import Document
from store.index import SearchEntry, Source
from store.mail import Conversation
from store.people import Account, Person
from store.record import Escalation
from store.risk import FindingRow
from store.visibility import sees_anchor, visible
from workflow.errors import Refused
from workflow.participants import find_person
from workflow.searchwords import Asked

_E = SearchEntry
_SOURCES = {
    "mail": (Source.MESSAGE,),
    "comment": (Source.COMMENT,),
    "closeout": (Source.CLOSEOUT,),
    "file": (Source.ATTACHMENT, Source.DOCUMENT),
}


def may_find(person: Person | None) -> ColumnElement[bool]:
    """The clause on entries, their conversation and escalation that holds for what this person may see.

    Mail that hangs on no escalation is for the team it came to, and for admins; a file of a lead, a deal, a project or
    a task for those who see that.
    """
    if person is None:
        return true()
    if not person.active:
        return false()
    if person.role == Role.ADMIN:
        return true()
    free = and_(Escalation.id.is_(None), _E.conversation_id.is_not(None))
    ours = false() if person.team_id is None else and_(free, Conversation.team_id == person.team_id)
    return or_(and_(Escalation.id.is_not(None), visible(person)), ours, _of_anchor(person))


def _of_anchor(person: Person) -> ColumnElement[bool]:
    """Files that hang on an anchor, or on a comment of one, that the person sees."""
    said = exists().where(AnchorComment.id == Document.target_id, AnchorComment.anchor_id == Anchor.id)
    on_it = or_(
        and_(Document.target == Target.ANCHOR, Document.target_id == Anchor.id),
        and_(Document.target == Target.ANCHOR_COMMENT, said),
    )
    return and_(
        _E.kind == Source.DOCUMENT,
        _E.escalation_id.is_(None),
        exists().where(Document.id == _E.ref_id, on_it, sees_anchor(person)),
    )


def asked_for(session: Session, person: Person | None, asked: Asked) -> list[ColumnElement[bool]]:
    """The clauses of the filters.

    Raises:
        Refused: a customer or a person named by a filter is not known.

    """
    clauses: list[ColumnElement[bool]] = []
    if asked.since is not None:
        clauses.append(_E.at >= asked.since)
    if asked.until is not None:
        clauses.append(_E.at < asked.until)
    if kinds := asked.values("kind"):
        clauses.append(_E.kind.in_([source for kind in kinds for source in _SOURCES[kind]]))
    for name, column in (("state", Escalation.state), ("priority", Escalation.priority)):
        if values := asked.values(name):
            clauses.append(column.in_(values))
    if paths := asked.values("sev"):
        clauses.append(Escalation.path.in_([int(path) for path in paths]))
    if signals := asked.values("signal"):
        clauses.append(_with_signal(signals))
    if owners := asked.values("owner"):
        clauses.append(or_(*(_owned_by(session, person, owner) for owner in owners)))
    if names := asked.values("account"):
        ids = [each for name in names for each in _accounts(session, name)]
        clauses.append(func.coalesce(Escalation.account_id, Conversation.account_id).in_(ids))
    return clauses


def _with_signal(signals: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether the signal was found in the conversation, or in any of the escalation's; settled findings count too."""
    found = select(FindingRow.conversation_id).where(FindingRow.signal.in_(signals))
    raised = select(Conversation.escalation_id).where(
        Conversation.id.in_(found), Conversation.escalation_id.is_not(None)
    )
    return or_(_E.conversation_id.in_(found), Escalation.id.in_(raised))


def _owned_by(session: Session, person: Person | None, owner: str) -> ColumnElement[bool]:
    if owner.lower() == "nobody":
        return and_(Escalation.id.is_not(None), Escalation.owner_id.is_(None))
    if owner.lower() in ("me", "@me"):
        if person is None:
            raise Refused("`owner:me` needs to know who you are; write `owner:@name`.")
        return Escalation.owner_id == person.id
    return Escalation.owner_id == find_person(session, owner).id


def _accounts(session: Session, name: str) -> list[int]:
    """Customers whose name holds these words, in order and without regard to accents; a name in full is that one."""
    wanted = words(name)
    known = [(key, words(each)) for key, each in session.execute(select(Account.id, Account.name))]
    exact = [key for key, parts in known if parts == wanted]
    found = exact or [key for key, parts in known if " ".join(wanted) in " ".join(parts)]
    if not found:
        raise Refused(f"I know no customer called {name!r}; `smokewatch accounts list` shows them all.")
    return found
