"""Says which texts somebody may find, and which of them the filters of a search leave."""

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from config.recordwords import Target
from config.textwords import words
from config.words import Role
from store.anchors import Anchor, AnchorComment
from store.bulk import among
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

MOST_PLACES = 5_000
"""Conversations or escalations that are named one by one."""

_E = SearchEntry
_SOURCES = {
    "mail": (Source.MESSAGE,),
    "comment": (Source.COMMENT,),
    "closeout": (Source.CLOSEOUT,),
    "file": (Source.ATTACHMENT, Source.DOCUMENT),
}


def scope(session: Session, person: Person | None, asked: Asked) -> list[ColumnElement[bool]]:
    """The clauses on entries that hold for what this person may see and the filters leave.

    Mail that hangs on no escalation is for the team it came to, and for admins; a file of a lead, a deal, a project or
    a task for those who see that. Places are looked up once, as sets of ids, so that the newest entries can be walked.

    Raises:
        Refused: a customer or a person named by a filter is not known.

    """
    if person is not None and not person.active:
        return [false()]
    of_place = _of_places(session, person, asked)
    all_seen = person is None or person.role == Role.ADMIN
    if all_seen and not of_place:
        return _of_entries(asked)
    rights = [] if person is None or all_seen else [_place_seen_by(person)]
    talks = select(Conversation.id).outerjoin(Escalation, Escalation.id == Conversation.escalation_id)
    # No conversation here; its columns are NULL, so that the same clauses hold for both.
    records = select(Escalation.id).outerjoin(Conversation, false())
    ways: list[ColumnElement[bool]] = [
        _among(session, _E.conversation_id, talks.where(*rights, *of_place)),
        _among(session, _E.escalation_id, records.where(*rights, *of_place)),
    ]
    if person is not None and not of_place:
        ways.append(_of_anchor(person))
    return [or_(*ways), *_of_entries(asked)]


def _among(session: Session, column: InstrumentedAttribute[int | None], ids: Select[int]) -> ColumnElement[bool]:
    """Whether a column is one of these ids. Few are looked up first: the plan then knows that they are few."""
    known = list(session.scalars(ids.limit(MOST_PLACES + 1)))
    return column.in_(ids) if len(known) > MOST_PLACES else among(column, known)


def _place_seen_by(person: Person) -> ColumnElement[bool]:
    if person.team_id is None:
        return and_(Escalation.id.is_not(None), visible(person))
    ours = and_(Escalation.id.is_(None), Conversation.team_id == person.team_id)
    return or_(and_(Escalation.id.is_not(None), visible(person)), ours)


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


def _of_entries(asked: Asked) -> list[ColumnElement[bool]]:
    """The filters that are about the text itself."""
    clauses: list[ColumnElement[bool]] = []
    if asked.since is not None:
        clauses.append(_E.at >= asked.since)
    if asked.until is not None:
        clauses.append(_E.at < asked.until)
    if kinds := asked.values("kind"):
        clauses.append(_E.kind.in_([source for kind in kinds for source in _SOURCES[kind]]))
    return clauses


def _of_places(session: Session, person: Person | None, asked: Asked) -> list[ColumnElement[bool]]:
    """The filters that are about its escalation or conversation."""
    clauses: list[ColumnElement[bool]] = []
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
    return or_(Conversation.id.in_(found), Escalation.id.in_(raised))


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
