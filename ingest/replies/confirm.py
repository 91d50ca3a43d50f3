"""Takes the answer to a one-time confirm: a plain yes runs what waits, once; a plain no drops it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from config.killpoint import killpoint
from ingest.replies.answers import Post, answer, by, commented_today, refuse, request, tell
from ingest.replies.files import keep_files, waiting_mail
from ingest.replies.reply import Done, Outcome, Reason
from store.record import PendingCommand
from workflow.errors import WorkflowError
from workflow.execute import run_pending
from workflow.trust import Trust

YES = frozenset({"yes", "confirm", "confirmed", "yes confirm"})
NO = frozenset({"no", "cancel", "stop"})

DROPPED = "What waited was dropped; nothing was changed."
UNCLEAR = "Nothing was changed. To confirm, answer with the single word `yes` on the first line; `no` drops what waits."


def confirm(session: Session, post: Post, text: str) -> Outcome:
    """Run or drop the waiting commands that the token names.

    The token was only ever sent to the person's registered address, so holding it and writing from that address is
    the second step. A link cannot do this: mail scanners open links.
    """
    word = _first_line(text)
    if word in YES:
        return _run(session, post)
    if word in NO:
        _drop(session, post)
        tell(session, post, DROPPED)
        return Outcome(Done.ANSWERED)
    if not commented_today(session, post):
        tell(session, replace(post, extra={"comment_only": True}), UNCLEAR)
    return refuse(session, post, Reason.NOT_CONFIRMED)


def _first_line(text: str) -> str:
    """The first line with words on it, in lower case and without the punctuation people put around one word."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return " ".join(line.lower().replace(",", " ").strip(" .!").split())


def _run(session: Session, post: Post) -> Outcome:
    try:
        transcript = run_pending(session, by(post), post.claim.nonce, request(post, Trust.CONFIRMED))
    except WorkflowError as refusal:
        tell(session, post, str(refusal))
        return Outcome(Done.ANSWERED)
    mail = waiting_mail(session, post.claim.nonce, post.reply.limits)
    if mail is not None:
        transcript = keep_files(session, by(post), post.claim.escalation_id, mail, transcript)
    killpoint("K26")
    answer(session, post, transcript)
    return Outcome(Done.ANSWERED)


def _drop(session: Session, post: Post) -> None:
    pending = session.get(PendingCommand, post.claim.nonce, with_for_update=True)
    if pending is not None:
        pending.used_at = post.now
        session.flush()
