"""Comments on an escalation: stored once, and each person named in one brought in and told once."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.notices import NoticeDraft, post_notice
from store.record import Comment, Escalation
from workflow.change import By, Step, written
from workflow.errors import Refused
from workflow.participants import Names, add_participant, find_names

LONGEST_TEXT = 10_000
"""Bytes of UTF-8 that a comment or a closeout field holds; the mail itself keeps the whole."""


@dataclass(frozen=True)
class CommentAdded:
    """A stored comment, whom its `@names` brought in, and a sentence for each name that was not clear."""

    comment: Comment
    mentioned: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


def add_comment(session: Session, by: By, esc: Escalation, text: str, message_id: int | None = None) -> CommentAdded:
    """Store a comment; a message that gave one already gives no second.

    Raises:
        Refused: an empty text, or nobody of ours who says it.

    """
    kept = cut(text.strip())
    if not kept or by.person_id is None:
        raise Refused("A comment needs a text, and one of us who says it.")
    if message_id is not None and (known := _given(session, esc, message_id)) is not None:
        return CommentAdded(known)
    comment = Comment(
        escalation_id=esc.id,
        person_id=by.person_id,
        at=by.now,
        text=kept,
        channel=by.channel,
        message_id=message_id,
    )
    session.add(comment)
    session.flush()
    written(session, by, esc, Step("comment", detail={"comment": comment.id}))
    names = bring_in(session, by, esc, Said(kept, f"mention:{comment.id}"))
    return CommentAdded(comment, tuple(p.id for p in names.people), names.problems)


@dataclass(frozen=True)
class Said:
    """A text with `@names`, and the event under which each of them is told of it, once."""

    text: str
    event: str


def bring_in(session: Session, by: By, esc: Escalation, said: Said) -> Names:
    """Make everybody named in a text a participant, and tell them - but not the one who wrote it."""
    names = find_names(session, said.text)
    for person in names.people:
        add_participant(session, by, esc, person.id, f"named by {by.actor}")
        if person.id != by.person_id:
            _tell(session, by, esc, said, person.id)
    return names


def cut(text: str) -> str:
    """The text within the length that is kept; a cut one says so at its end."""
    raw = text.encode()
    if len(raw) <= LONGEST_TEXT:
        return text
    note = " [cut]"
    return raw[: LONGEST_TEXT - len(note)].decode(errors="ignore") + note


def _given(session: Session, esc: Escalation, message_id: int) -> Comment | None:
    return session.scalar(select(Comment).where(Comment.message_id == message_id, Comment.escalation_id == esc.id))


def _tell(session: Session, by: By, esc: Escalation, said: Said, person_id: int) -> None:
    draft = NoticeDraft(
        kind=NoticeKind.MENTION,
        person_id=person_id,
        event=said.event,
        why="you were named on this escalation",
        at=by.now,
        escalation_id=esc.id,
        facts={"text": said.text, "by": by.actor},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)
