"""`note: text`: a comment; everybody named with @ is brought in and told."""

from typing import Any

from sqlalchemy import delete

from store.record import Comment
from workflow.change import Step, written
from workflow.documents import rehang_files
from workflow.errors import Refused
from workflow.record import add_comment
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon


def _run(work: Work) -> Outcome:
    added = add_comment(work.session, work.by, work.escalation, work.args["text"], work.args.get("message_id"))
    told = len([person for person in added.mentioned if person != work.by.person_id])
    said = ["Your note is on the record."]
    if told:
        said.append(f"{told} {'person' if told == 1 else 'people'} named in it will be told.")
    return Outcome(" ".join([*said, *added.problems]), {"comment": added.comment.id})


def _undo(work: Work, before: dict[str, Any]) -> None:
    gone = delete(Comment).where(Comment.id == before["comment"]).returning(Comment.id)
    if work.session.scalar(gone) is None:
        raise Refused("That note is gone already.")
    rehang_files(work.session, before["comment"], work.escalation)
    written(work.session, work.by, work.escalation, Step("comment withdrawn", detail=before))


VERB = Verb(
    name="note",
    aliases=("comment",),
    usage="note: text",
    meaning="write a comment; @name brings somebody in",
    parse=after_colon("text", needed="Write your note behind the colon: `note: text`."),
    run=_run,
    undo=_undo,
    lines=Lines.PARAGRAPH,
)
