"""Tells what a later message does to a promise of ours: brings it, says it again, puts it off or arms it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.fold import fold
from config.words import Direction, PromiseKind
from signals.facts import Msg
from signals.marks import Pledge, Reply

_NAMED = 2
"""Words of a promise that a message must share to be what was promised."""

_SAME = 0.5
"""Share of the shorter sentence's words at which two promises are about the same thing."""

_SHORT_WORD = 3
_LONG_WORD = 5
_NAMES_A_THING = 9

_MORE = frozenset({
    "also", "additionally", "besides", "another", "außerdem", "zusätzlich", "ausserdem", "également", "aussi",
    "además", "también", "também", "adicionalmente", "outro", "outra", "otro", "otra",
})  # fmt: skip
"""Words by which a second promise stands beside the first rather than in its place."""

_BACK_TO = frozenset({"reply", "call"})
"""Kinds of promise that a notice of delay can answer with a new date for itself."""


@dataclass(frozen=True)
class Promised:
    """A promise that still stands, as the tests here need it."""

    msg: Msg
    pledge: Pledge
    due: datetime | None

    @property
    def quote(self) -> str:
        """Our sentence."""
        return self.msg.text[self.pledge.start : self.pledge.end]


def supplies(promise: Promised, msg: Msg) -> bool:
    """Whether the customer's message can be what the condition waited for: a file, the thing, or an answer."""
    if msg.attachments or msg.reading.has("supply"):
        return True
    return promise.msg.reading.reply is Reply.QUESTION_BACK and not msg.reading.closing


def said_again(promise: Promised, msg: Msg) -> Pledge | None:
    """The promise of a later message that is about the same thing: the same kind of work, or half the words."""
    return next((p for p in msg.reading.pledges if _same(promise, msg, p)), None)


def put_off(promise: Promised, msg: Msg) -> Pledge | None:
    """The new time in a message that says the thing is not ready, moved or called off, whatever its kind of work."""
    if not msg.reading.has("moved", "holding", "cancelled"):
        return None
    moved = msg.reading.has("moved", "cancelled")
    return next((p for p in msg.reading.pledges if _later(promise, p) and (moved or p.verb in _BACK_TO)), None)


def brings(promise: Promised, msg: Msg) -> bool:
    """Whether a message that promises something again also brings what was promised before."""
    reading = msg.reading
    if reading.has("moved", "cancelled"):
        return False
    match promise.pledge.verb:
        case "call":
            return reading.has("spoken")
        case "visit":
            return reading.has("on_site")
        case "send" | "fix":
            return bool(msg.attachments) and reading.has("delivered")
        case _:
            return reading.reply is Reply.SUBSTANTIVE and not reading.has("holding")


def keeps(promise: Promised, msg: Msg) -> bool:
    """Whether a message of ours is what was promised: a file or link for `send`, word of the talk for `call` ..."""
    if promise.pledge.kind is PromiseKind.ATTENDANCE:
        return True
    reading = msg.reading
    brought = bool(msg.attachments) or reading.has("delivered")
    match promise.pledge.verb:
        case "call":
            return reading.has("spoken")
        case "visit":
            return reading.has("on_site", "spoken") or brought
        case "send":
            told = reading.reply is Reply.SUBSTANTIVE and not reading.has("moved", "holding")
            return brought or (told and ("://" in msg.text or _speaks_of(promise, msg)))
        case "fix":
            return brought or (reading.reply is Reply.SUBSTANTIVE and not reading.has("moved", "holding"))
        case _:
            return brought or reading.has("spoken") or reading.reply is Reply.SUBSTANTIVE


def _speaks_of(promise: Promised, msg: Msg) -> bool:
    """Whether a message holds in words what was to be sent (`the state of the five`), named as in the promise."""
    return len(_words(promise.quote) & _words(msg.text)) >= _NAMED


def is_meant(promise: Promised, sentence: str) -> bool:
    """Whether a sentence names something of the promise."""
    return bool(_words(promise.quote) & _words(sentence))


def is_named(promise: Promised, msg: Msg) -> bool:
    """Whether a message of ours names something of the promise with a word long enough to tell."""
    return any(len(word) > _LONG_WORD for word in _words(promise.quote) & _words(msg.text))


def _same(promise: Promised, msg: Msg, pledge: Pledge) -> bool:
    if pledge.kind is PromiseKind.CONDITIONAL:
        return False
    said = msg.text[pledge.start : pledge.end]
    mine, other = _words(promise.quote), _words(said)
    if mine and other and len(mine & other) / min(len(mine), len(other)) >= _SAME:
        return True
    return pledge.verb == promise.pledge.verb and not _MORE & other


def _later(promise: Promised, pledge: Pledge) -> bool:
    if pledge.kind is PromiseKind.CONDITIONAL or pledge.assumed or pledge.due is None or promise.due is None:
        return False
    return pledge.due > promise.due


def _words(text: str) -> set[str]:
    return {word for word in (w.strip(".,;:!?()").lower() for w in text.split()) if len(word) > _SHORT_WORD}


def _telling(subject: str) -> set[str]:
    """Words of a subject that name a thing: with a digit in them, such as `SP-3` or `90417`."""
    return {w for w in (w.strip(".,;:!?()[]") for w in fold(subject).decode().split()) if any(c.isdigit() for c in w)}


def _long_words(subject: str) -> set[str]:
    """Words of a subject that are long enough to name a thing by themselves, such as `Quarterly-Return`."""
    words = (w.strip(".,;:!?()[]") for w in fold(subject).decode().split())
    return {w for w in words if len(w) >= _NAMES_A_THING}


def is_linked(msg: Msg, messages: Sequence[Msg]) -> bool:
    """Whether a mail of another conversation is about this one: their subjects share a telling word.

    A long word will do for a mail that brings something to somebody who wrote here.
    """
    if not messages:
        return False
    if _telling(msg.subject) & _telling(messages[0].subject):
        return True
    heard = {m.author for m in messages if m.direction is Direction.IN}
    brings_it = bool(msg.attachments) and msg.reading.has("delivered") and bool(heard & {*msg.to, *msg.cc})
    return brings_it and bool(_long_words(msg.subject) & _long_words(messages[0].subject))
