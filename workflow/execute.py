"""Runs the commands of one reply in order, each on its own, and says what became of every line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from config.words import Channel
from store.mail import Conversation
from store.record import Escalation, UndoEntry
from store.visibility import may_see
from workflow.change import By, Step, append
from workflow.closeform import Form, form_of
from workflow.closingfields import apart, given_in
from workflow.commands import Command, CommandBlock, Unknown
from workflow.comments import Said, bring_in
from workflow.errors import Incomplete, NotFound, Refused
from workflow.pending import claim_pending, put_by
from workflow.record import add_comment, lock
from workflow.restore import changed, snapshot
from workflow.transcript import Line, Request, Transcript
from workflow.trust import Trust
from workflow.verbs import VERBS
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.status import describe

__all__ = ["Line", "Request", "Transcript", "run_block", "run_pending"]

_SHOWN = 10
"""Lines of a refused block that the answer repeats."""


def run_block(session: Session, by: By, escalation_id: int, block: CommandBlock, request: Request) -> Transcript:
    """Run a block. A refused line stops no other; lines above the allowed trust wait together for one confirm.

    Raises:
        workflow.errors.NotFound: no such escalation, or the person may not see it now.
        workflow.errors.Refused: the escalation was merged into another.

    """
    killpoint("K24")
    if by.person_id is not None and not may_see(session, by.person_id, escalation_id):
        raise NotFound(f"There is no escalation ESC-{escalation_id} that you may see.")
    esc = _lock_all(session, escalation_id, block)
    run = _Run(session, by, esc, request)
    stopped = _stopped(esc, block, request)
    if stopped is None:
        for each in _in_order(esc, block, request):
            run.take(each) if isinstance(each, Command) else run.refuse(each.line, each.hint)
    else:
        run.refuse_all(_in_order(esc, block, request), stopped)
    for sentence in block.sentences:
        append(session, by, esc.number, Step("command rejected", None, sentence, "it reads as an ordinary sentence"))
    if block.comment and request.allowed > Trust.NONE:
        run.comment(block.comment)
    return run.transcript()


def run_pending(session: Session, by: By, pending_id: int, request: Request) -> Transcript:
    """Run commands that were confirmed: once only, by the person who sent them, before they expire.

    Raises:
        workflow.errors.Refused: used, expired, or somebody else's; or the person may not see the escalation now.

    """
    escalation_id, commands = claim_pending(session, by, pending_id)
    return run_block(session, by, escalation_id, CommandBlock(commands), request)


def _lock_all(session: Session, escalation_id: int, block: CommandBlock) -> Escalation:
    # All locks are taken in the order of the numbers: two people who merge crosswise wait, and do not block each other.
    others = {c.args["number"] for c in block.commands if c.verb == "merge"}
    # Conversations come first, as where mails are filed; a worker that files one now must not wait for us in a circle.
    ids = sorted({escalation_id, *others})
    hanging = select(Conversation.id).where(Conversation.escalation_id.in_(ids)).order_by(Conversation.id)
    session.execute(hanging.with_for_update(key_share=True))
    session.execute(select(Escalation.id).where(Escalation.id.in_(ids)).order_by(Escalation.id).with_for_update())
    return lock(session, escalation_id)


def _in_order(esc: Escalation, block: CommandBlock, request: Request) -> list[Command | Unknown]:
    # Nothing of a closeout is kept before its confirm, so it waits as a whole; what it lacks is asked for meanwhile.
    commands = block.commands if request.allowed < Trust.CONFIRMED else apart(esc, block.commands)
    lines: list[Command | Unknown] = [*commands, *block.unknown]
    return sorted(lines, key=lambda each: each.at)


def _stopped(esc: Escalation, block: CommandBlock, request: Request) -> str | None:
    """Why none of the commands may run, or None."""
    if request.allowed == Trust.NONE:
        return "I could not make sure that this came from you, so I did nothing."
    if block.problem is not None:
        return block.problem
    foreign = next((number for number in block.named if number != esc.id), None)
    if foreign is None:
        return None
    return (
        f"You answered a mail about {esc.number}, but named ESC-{foreign} too. So that nothing lands on the wrong one "
        "I did nothing: answer a mail about the one you mean, or leave the other number out."
    )


class _Run:
    """One block being run: what became of each line so far."""

    def __init__(self, session: Session, by: By, esc: Escalation, request: Request) -> None:
        self.session, self.by, self.esc, self.request = session, by, esc, request
        self.lines: list[Line] = []
        self.waiting: list[Command] = []
        self.ask: str | None = None
        self.form: Form | None = None
        self.outcomes: list[Outcome] = []
        self.undoable = False
        self.comment_added = False

    def take(self, command: Command) -> None:
        """Run a command, or put it by until it is confirmed, or refuse it."""
        verb = VERBS[command.verb]
        work = Work(self.session, self.by, self.esc, command.args, self.request.context, VERBS)
        try:
            if self._needed(verb, work) > self.request.allowed:
                self._put_by(command, verb, work)
            else:
                sentence = self._run(verb, work)
                self._tell(command, sentence, ok=True)
        except Incomplete as lacking:
            self.form = form_of(work)
            self.refuse(command.line, str(lacking), command.corrected_from)
        except Refused as refusal:
            self.refuse(command.line, str(refusal), command.corrected_from)

    def refuse(self, line: str, sentence: str, corrected_from: str | None = None) -> None:
        """Write down, in the answer and in the audit, that a line was not done."""
        self.lines.append(Line(line, sentence, ok=False, corrected_from=corrected_from))
        append(self.session, self.by, self.esc.number, Step("command rejected", None, line, sentence))

    def refuse_all(self, lines: list[Command | Unknown], sentence: str) -> None:
        """Refuse a whole block: the reason once, and each line of it."""
        for number, each in enumerate(lines[:_SHOWN]):
            self.refuse(each.line, sentence if number == 0 else "Not done either.")

    def comment(self, text: str) -> None:
        """Keep what was written below the commands; below aligned trust it waits with them."""
        args = {"text": text, "message_id": self.request.source_message_id}
        command = Command("note", "(your comment)", args)
        if self.request.allowed < Trust.ALIGNED:
            self.waiting.append(command)
            self._tell(command, "Your comment waits for your confirm.", ok=True)
            return
        with self.session.begin_nested():
            added = add_comment(self.session, self.by, self.esc, text, self.request.source_message_id)
        self.comment_added = True
        if added.problems:
            self._tell(command, " ".join(["It is on the record.", *added.problems]), ok=True)

    def transcript(self) -> Transcript:
        """The answer: the lines, the state now, how to undo, and what waits for a confirm."""
        work = Work(self.session, self.by, self.esc, {}, self.request.context, VERBS)
        undo = None
        if self.undoable:
            until = work.says(self.by.now + timedelta(hours=self.request.policy.undo_hours))
            how = f"use `smokewatch undo {self.esc.number}`" if self.by.channel == Channel.CLI else "answer `undo`"
            undo = f"To take the last command back, {how} before {until}."
        told = Transcript(
            lines=tuple(self.lines),
            comment_added=self.comment_added,
            state=describe(work),
            undo=undo,
            ask=self.ask,
            form=self.form,
            pages=tuple(each.page for each in self.outcomes if each.page is not None),
        )
        if not self.waiting:
            return told
        return put_by(self.session, self.by, self.esc, self.waiting, told, self.request)

    def _needed(self, verb: Verb, work: Work) -> Trust:
        needed = verb.trust if verb.trust_for is None else verb.trust_for(work)
        if needed > Trust.WEAK and self.request.allowed < Trust.ALIGNED:
            return Trust.CONFIRMED
        return needed

    def _run(self, verb: Verb, work: Work) -> str:
        with self.session.begin_nested():
            before = snapshot(self.esc)
            outcome = verb.run(work)
            unclear = self._bring_in(verb, work)
            if verb.can_undo and self.by.person_id is not None:
                self._remember(verb, changed(before, snapshot(self.esc)), outcome)
        self.outcomes.append(outcome)
        return " ".join([outcome.sentence, *unclear])

    def _bring_in(self, verb: Verb, work: Work) -> tuple[str, ...]:
        """Whoever a command's text names with `@` takes part; a note does so by itself."""
        text = work.args.get("text") or work.args.get("why")
        if verb.name == "note" or not text:
            return ()
        said = Said(text, f"mention:version:{self.esc.version}")
        return bring_in(self.session, self.by, self.esc, said).problems

    def _remember(self, verb: Verb, fields: dict[str, Any], outcome: Outcome) -> None:
        entry = UndoEntry(
            escalation_id=self.esc.id,
            person_id=self.by.person_id,
            at=self.by.now,
            verb=verb.name,
            before={"fields": fields, "more": outcome.undo},
            version_after=self.esc.version,
        )
        self.session.add(entry)
        self.session.flush()
        self.undoable = True

    def _put_by(self, command: Command, verb: Verb, work: Work) -> None:
        # Tried out behind what waits already, and taken back: nobody should confirm what the record would then refuse.
        trial = self.session.begin_nested()
        try:
            for each in self.waiting:
                VERBS[each.verb].run(replace(work, args=each.args))
            verb.run(work)
        except Incomplete as lacking:
            if not given_in(command):
                raise
            # What was written already is kept by the confirm; the rest may come in a mail of its own before it.
            self.ask = str(lacking)
        finally:
            trial.rollback()
        self.waiting.append(command)
        self._tell(command, "This needs your confirm; I have sent you a mail to answer.", ok=True)

    def _tell(self, command: Command, sentence: str, *, ok: bool) -> None:
        self.lines.append(Line(command.line, sentence, ok, command.corrected_from))
