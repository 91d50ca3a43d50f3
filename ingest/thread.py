"""Puts mails into conversations by their headers (RFC 5322 section 3.6.4; linking as in RFC 5256 REFERENCES step 1).

Every Message-ID that was seen, or only referred to, is a node that belongs to one conversation. A mail joins the
conversation of its nearest known ancestor; a mail that refers to two joins them, when that is safe.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ingest.incoming import Incoming
from store.bulk import among, insert_rows, next_ids, one_of
from store.mail import Conversation, Message, ThreadNode

__all__ = ["Incoming", "Merge", "thread"]


@dataclass
class _Group:
    """A conversation during threading: stored (`id` set) or about to be."""

    id: int | None
    account_id: int | None
    language: str | None = None
    mails: list[Incoming] = field(default_factory=list)
    fresh: bool = False
    into: "_Group | None" = None

    def root(self) -> "_Group":
        """The group this one was joined into, at the end of the chain."""
        group = self
        while group.into is not None:
            group = group.into
        return group


@dataclass(frozen=True)
class Merge:
    """Two stored conversations that a mail proved to be one: `source` goes into `target`."""

    source: int
    target: int
    raw_id: int


def thread(session: Session, batch: Sequence[Incoming]) -> list[Merge]:
    """Give every mail its conversation, making those that are new; the merges found are for the caller to do.

    Safe against other workers threading related mails at the same time: nodes are claimed in hash order, and who
    comes second takes over the first one's conversation.
    """
    nodes, stored = _known(session, batch)
    known = dict(nodes)
    taken = _ids_of_stored_messages(session, batch, nodes)
    merges: list[Merge] = []
    groups: list[_Group] = []
    for incoming in sorted(batch, key=lambda i: (i.sent_at, i.raw_id)):
        group = _place(incoming, nodes, taken, merges, stored)
        group.mails.append(incoming)
        groups.append(group)
    fresh = list({id(g.root()): g.root() for g in groups if g.root().id is None}.values())
    _store_conversations(session, fresh)
    _move_nodes(session, {h: nodes[h].root() for h in sorted(known) if nodes[h] is not known[h]})
    _claim_nodes(session, {h: nodes[h].root() for h in sorted(nodes.keys() - known.keys())}, merges)
    for group in groups:
        for incoming in group.mails:
            incoming.conversation_id = group.root().id or 0
            incoming.language = group.root().language
            incoming.joined_account = group.root().account_id
    return merges


def _place(
    incoming: Incoming,
    nodes: dict[bytes, _Group],
    taken: dict[bytes, int | None],
    merges: list[Merge],
    stored: dict[int, _Group],
) -> _Group:
    """Find the mail's group and let its nodes belong to it."""
    found = [nodes[h].root() for h in reversed(incoming.ancestors) if h in nodes]
    own = nodes.get(incoming.own_hash)
    reused = taken.get(incoming.own_hash) not in (None, incoming.account_id) and not found
    if own is not None and incoming.own_hash not in taken and not found and _foretold(own.root(), incoming):
        del nodes[incoming.own_hash]
    elif own is not None and not reused:
        found.append(own.root())
    target = found[0] if found else _Group(None, incoming.account_id)
    if incoming.hint is not None:
        target = stored[incoming.hint].root()
    for other in found:
        _join(other.root(), target, incoming, merges)
    for key in (incoming.own_hash, *incoming.ancestors):
        if key not in nodes and not reused:
            nodes[key] = target
    taken.setdefault(incoming.own_hash, incoming.account_id)
    return target


def _foretold(group: _Group, incoming: Incoming) -> bool:
    """Whether another account's mail named this one's id before it came.

    Ids of ticket systems can be guessed; whoever names one first must not draw the mail into his conversation.
    """
    return None not in (group.account_id, incoming.account_id) and group.account_id != incoming.account_id


def _join(other: _Group, target: _Group, incoming: Incoming, merges: list[Merge]) -> None:
    """Join two groups that one mail refers to, unless they belong to different accounts.

    Without that bound a stranger's forged References could glue one customer's mail to another's.
    """
    if other is target:
        return
    if target.account_id is None:
        target.account_id = other.account_id
    elif other.account_id not in (None, target.account_id):
        return
    if other.id is not None and target.id is None:
        other.id, target.id = None, other.id
    elif other.id is not None and target.id is not None:
        merges.append(Merge(other.id, target.id, incoming.raw_id))
    other.into = target
    target.mails.extend(other.mails)
    other.mails = []


_NODES = select(ThreadNode.hash, ThreadNode.conversation_id).where(one_of(ThreadNode.hash, "hashes"))
_STORED = select(Conversation.id, Conversation.account_id, Conversation.language).where(one_of(Conversation.id, "ids"))


def _known(session: Session, batch: Sequence[Incoming]) -> tuple[dict[bytes, _Group], dict[int, _Group]]:
    """The batch's nodes that are stored already, and every stored conversation that may be joined, by id."""
    wanted = {h for i in batch for h in (i.own_hash, *i.ancestors)}
    rows = session.execute(_NODES, {"hashes": list(wanted)}).all()
    ids = {conversation for _, conversation in rows} | {i.hint for i in batch if i.hint is not None}
    if not ids:
        return {}, {}
    known = session.execute(_STORED, {"ids": list(ids)})
    stored = {key: _Group(key, account, language) for key, account, language in known}
    return {h: stored[conversation] for h, conversation in rows}, stored


def _ids_of_stored_messages(
    session: Session, batch: Sequence[Incoming], nodes: dict[bytes, _Group]
) -> dict[bytes, int | None]:
    """Which of the batch's own ids a stored message already has, with its account: such an id may be a forgery.

    Of several messages with one id, one that has an account counts.
    """
    again = sorted(i.own_hash for i in batch if i.own_hash in nodes)
    if not again:
        return {}
    rows = session.execute(
        select(Message.message_id_hash, Message.account_id)
        .where(among(Message.message_id_hash, again))
        .order_by(Message.account_id.nulls_first(), Message.id.desc())
    )
    return {h: account for h, account in rows}  # noqa: C416 - rows are not plain tuples to the type checker


def _store_conversations(session: Session, groups: list[_Group]) -> None:
    if not groups:
        return
    rows: list[dict[str, object]] = []
    for group in groups:
        first = min(group.mails, key=lambda i: i.sent_at)
        rows.append(
            {
                "account_id": group.account_id,
                "team_id": next((i.team_id for i in group.mails if i.team_id), None),
                "subject": first.mail.subject,
                "first_at": first.sent_at,
                "last_at": max(i.sent_at for i in group.mails),
            }
        )
    for group, row, key in zip(groups, rows, next_ids(session, Conversation, len(rows)), strict=True):
        group.id, group.fresh = key, True
        row["id"] = key
    insert_rows(session, Conversation, rows)


def _move_nodes(session: Session, nodes: dict[bytes, _Group]) -> None:
    """Give ids that were only named so far to the conversation of the mail that bears them."""
    for key, group in nodes.items():
        session.execute(update(ThreadNode).where(ThreadNode.hash == key).values(conversation_id=group.id))


def _claim_nodes(session: Session, nodes: dict[bytes, _Group], merges: list[Merge]) -> None:
    """Store new nodes; where another worker was faster, follow it."""
    if not nodes:
        return
    rows = [{"hash": h, "conversation_id": group.id} for h, group in nodes.items()]
    lost = nodes.keys() - set(insert_rows(session, ThreadNode, rows, then="ON CONFLICT DO NOTHING", giving="hash"))
    if not lost:
        return
    for key, conversation in session.execute(_NODES, {"hashes": list(lost)}).all():
        _follow(session, nodes[key], conversation, merges)


def _follow(session: Session, group: _Group, conversation: int, merges: list[Merge]) -> None:
    """Take over a conversation that another worker made for the same thread a moment ago."""
    if conversation == group.id or group.id is None:
        return
    if group.fresh:
        move = update(ThreadNode).where(ThreadNode.conversation_id == group.id)
        session.execute(move.values(conversation_id=conversation))
        session.execute(delete(Conversation).where(Conversation.id == group.id))
        group.id, group.fresh = conversation, False
    else:
        merges.append(Merge(conversation, group.id, group.mails[0].raw_id))
