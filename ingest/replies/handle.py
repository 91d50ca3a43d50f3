"""Takes a mail to a reply address: judges it, runs what it says, and posts the one answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from ingest.replies.answers import Post, answer, ask_confirm, by, commented_today, refuse, request, tell, told_lately
from ingest.replies.changes import changed_since, items_changed_since
from ingest.replies.confirm import confirm
from ingest.replies.files import keep_files, mail_of
from ingest.replies.judge import judge
from ingest.replies.rejections import reject
from ingest.replies.reply import Accepted, Done, Outcome, Reason, Rejected, Reply
from ingest.replies.words import Words
from store.people import Person
from store.record import CommandMail
from workflow.context import Context
from workflow.errors import NotFound, WorkflowError
from workflow.execute import Transcript, run_block
from workflow.grammar import CommandBlock, Unknown, parse_block
from workflow.trust import Trust
from workflow.verbs import TOPICS

UNPROVED = (
    "A mail in your name came to your private reply address, but {why}, so nothing was changed. If it was you, answer "
    "the alert again from your usual mail program; if it was not, tell an admin. You are told once an hour at most."
)
FAILED = "your company's mail servers did not send it"
NOTHING = (
    "Your mail has no words of its own above what it quotes. Write what you want on its first line; you can answer: {}."
    " `help` tells of the others."
)
BELOW = "Commands are read only above the mail you answer; please write it on top of your reply."
UNSIGNED = "nothing proved that it came from you"


def handle(session: Session, reply: Reply, ctx: Context, now: datetime) -> Outcome:
    """Judge one mail and carry out what it may: changes, audit and the answer in the caller's transaction.

    A mail that is not accepted changes nothing and leaves an audit row `command rejected` with its reason.
    """
    verdict = judge(session, reply, ctx.outgoing.reply_address, now)
    if isinstance(verdict, Rejected):
        if verdict.reason is Reason.AUTHENTICATION_FAILED:
            _tell_failed(session, reply, verdict, ctx, now)
        return reject(session, reply, verdict, ctx, now)
    post = Post(reply, verdict.claim, verdict.person, ctx, now)
    if verdict.trust is Trust.ALIGNED and not _first_time(session, reply, verdict, now):
        return refuse(session, post, Reason.REPEATED)
    if verdict.claim.purpose == "confirm":
        return confirm(session, post, verdict.words.top)
    block = _block(post, verdict.words)
    if verdict.trust is Trust.WEAK:
        return _unproved(session, post, block)
    return _proved(session, post, block)


def _block(post: Post, words: Words) -> CommandBlock:
    """Read the commands from the top alone; commands under a quote are named in the answer and not run."""
    policy = post.ctx.policy.commands
    most = {"most_commands": policy.most_commands, "most_unknown": policy.most_unknown_lines}
    block = parse_block(words.top, post.now, post.person.zone, **most)
    if not words.below:
        return block
    misplaced = () if words.top else parse_block(words.below, post.now, post.person.zone, **most).commands
    return replace(
        block,
        comment="\n\n".join(filter(None, (block.comment, words.below))),
        unknown=(*block.unknown, *(Unknown(command.line, BELOW) for command in misplaced)),
    )


def _first_time(session: Session, reply: Reply, accepted: Accepted, now: datetime) -> bool:
    """Whether this mail was not obeyed before; an unproven copy of it does not count, or it could block the true one.

    Message-ID and transport fields are left out on purpose: whoever re-sends a signed mail may change what is not
    signed, but not its writer, its date and its words.
    """
    mail = reply.mail
    said = (accepted.claim.purpose, accepted.claim.nonce, accepted.person.id, mail.sent_at, mail.command_text)
    key = hashlib.sha256(repr((accepted.claim.escalation_id, *said)).encode()).digest()
    row = insert(CommandMail).values(key=key, at=now).on_conflict_do_nothing().returning(CommandMail.key)
    return session.execute(row).first() is not None


def _proved(session: Session, post: Post, block: CommandBlock) -> Outcome:
    """Run the block; what would overwrite something newer that its writer has not seen waits for the confirm."""
    mail = mail_of(post.reply)
    if not (block.commands or block.comment or block.unknown or block.problem or mail.files):
        return _nothing_said(session, post)
    newer = (
        *changed_since(session, post.claim, post.person, (command.verb for command in block.commands)),
        *items_changed_since(session, post.claim, post.person, block.commands),
    )
    comment_only = not (block.commands or block.unknown or block.problem)
    quiet = comment_only and commented_today(session, post)
    trust = Trust.WEAK if newer else Trust.ALIGNED
    post = replace(post, extra={"comment_only": comment_only, "changed": list(newer)})
    try:
        transcript = run_block(session, by(post), post.claim.escalation_id, block, request(post, trust))
    except NotFound:
        return refuse(session, post, Reason.NO_RIGHTS)
    except WorkflowError as refusal:
        tell(session, post, str(refusal))
        return Outcome(Done.ANSWERED)
    if trust is Trust.ALIGNED:
        transcript = keep_files(session, by(post), post.claim.escalation_id, mail, transcript)
    killpoint("K26")
    if quiet and not mail.files:
        return Outcome(Done.ANSWERED)
    return _reply_with(session, post, _saying(transcript, newer))


def _nothing_said(session: Session, post: Post) -> Outcome:
    """An empty answer, or nothing but quotes and a signature: say what can be answered, once a day."""
    if not commented_today(session, post):
        usages = ", ".join(f"`{verb.usage}`" for verb in TOPICS["every day"])
        tell(session, replace(post, extra={"comment_only": True}), NOTHING.format(usages))
    return refuse(session, post, Reason.NOTHING_SAID)


def _unproved(session: Session, post: Post, block: CommandBlock) -> Outcome:
    """The right token and the right From, but nobody vouches for the From: ask the registered address, once an hour."""
    outcome = refuse(session, post, Reason.NOT_AUTHENTICATED)
    if told_lately(session, post):
        return outcome
    post = replace(post, extra={"unproved": True})
    if not block.commands or block.problem:
        tell(session, post, UNPROVED.format(why=UNSIGNED))
        return outcome
    try:
        transcript = run_block(session, by(post), post.claim.escalation_id, block, request(post, Trust.WEAK))
    except WorkflowError:
        return outcome
    killpoint("K26")
    ask_confirm(session, post, transcript)
    return Outcome(Done.CONFIRM_ASKED)


def _saying(transcript: Transcript, newer: Sequence[str]) -> Transcript:
    """The transcript with what others changed in the meantime, which is why its lines wait."""
    if not newer:
        return transcript
    since = f"Since the alert you answered was written, {'; '.join(newer)}. Please confirm if you still want it."
    return replace(transcript, ask=" ".join(filter(None, (transcript.ask, since))))


def _reply_with(session: Session, post: Post, transcript: Transcript) -> Outcome:
    """Answer; where lines wait, ask for the confirm, and answer beside it only what that mail does not say."""
    if transcript.pending_id is None:
        answer(session, post, transcript)
        return Outcome(Done.ANSWERED)
    ask_confirm(session, post, transcript)
    others = [line for line in transcript.lines if line.line not in transcript.pending_lines]
    if others or transcript.ask or transcript.comment_added:
        answer(session, post, transcript)
    return Outcome(Done.CONFIRM_ASKED)


def _tell_failed(session: Session, reply: Reply, rejected: Rejected, ctx: Context, now: datetime) -> None:
    person = session.get(Person, rejected.claim.person_id) if rejected.claim else None
    if person is None or rejected.claim is None:
        return
    post = Post(reply, rejected.claim, person, ctx, now, {"unproved": True})
    if not told_lately(session, post):
        tell(session, post, UNPROVED.format(why=FAILED))
