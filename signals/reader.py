"""Reads one message's new text once: which phrases, asks, promises and dates it holds, with their places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from config.codes import codes_in
from config.fold import fold
from config.lexicon import Lexicon, Rule, lexicon
from config.words import Direction
from signals.amounts import amounts
from signals.calendar import Calendar
from signals.complaint import complaint
from signals.deadline import Frame
from signals.language import identify
from signals.marks import Hit, Span
from signals.needs import needs
from signals.phrases import find, passes
from signals.pledges import Page, pledges
from signals.reading import Reading
from signals.replies import reply_class
from signals.sentences import sentence_at, split
from signals.signature import signature_title

_LONGEST = 20_000
"""Characters of a text that are read; behind them come logs and tables, and reading stays under 100 ms."""

_PROMISE_RULES = frozenset({"promise", "condition", "no_promise", "verb", "date", "back_question"})
"""Groups that the promise grammar looks at sentence by sentence; only `back_question` is also kept as a hit."""

_NEED_RULES = frozenset({"need", "not_need", "amount"})
"""Groups that are looked at for needs and sums, and are no hits by themselves."""

_QUESTION = "question"
"""Part of what is no request that voids a question too: those of an advertisement, which want no answer."""

_SETTLED = frozenset({"closing", "received"})
_POLITE = frozenset({"thanks", "release"})
_GREETING_WORDS = 3
"""Words up to which a first line is taken for a greeting."""


@dataclass
class _Text:
    """A text under the reader's hands."""

    original: str
    folded: bytes
    sentences: tuple[Span, ...]
    lexicon: Lexicon
    rules: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))


def read_message(  # noqa: PLR0913, PLR0917
    text: str,
    direction: Direction,
    sent_at: datetime,
    calendar: Calendar,
    language: str | None = None,
    subject: str = "",
    signature: str = "",
) -> Reading:
    """Read the new text of one message sent at `sent_at` (aware); dates in it are resolved on `calendar`.

    `language` is what the thread was written in so far and decides for short texts; `subject` helps to tell the
    language; `signature` is the signature block that was cut off the text. Pure; places refer to `text`.
    """
    text = text[:_LONGEST]
    folded = fold(text)
    code = identify(folded + b" " + fold(subject[:200]), language)
    page = _Text(text, folded.replace(b"\n", b" "), split(folded, text), lexicon(code))
    outgoing = direction is not Direction.IN
    for rule in page.lexicon.candidates(page.folded, "out" if outgoing else "in"):
        page.rules[rule.group].append(rule)
    title = "" if outgoing else signature_title(text, signature)
    codes = codes_in(folded + b"\n" + fold(subject[:200]))
    if outgoing:
        return replace(_read_ours(page, Frame(sent_at, calendar)), codes=codes)
    read = _read_theirs(page, Frame(sent_at, calendar, _own_zone(sent_at, calendar)))
    return replace(read, title=title, subject=_subject(page.lexicon, subject), codes=codes)


def _own_zone(sent_at: datetime, calendar: Calendar) -> tzinfo | None:
    """The sender's zone, where the Date header told one that is not the team's; UTC is what servers write."""
    offset = sent_at.utcoffset()
    return sent_at.tzinfo if offset and offset != sent_at.astimezone(calendar.clock).utcoffset() else None


def _subject(words: Lexicon, subject: str) -> tuple[str, ...]:
    """What a subject line says of its mail: `urgent`, in its own language or in English, and whether it is a drill."""
    folded = fold(subject[:200])
    speaking = [words] if words.language == "en" else [words, lexicon("en")]
    found = [r for spoken in speaking for group in ("urgency", "drill") for r in spoken.candidates(folded, group)]
    rules = [r for r in found if passes(r, folded)]
    return tuple(sorted({"drill" if r.group == "drill" else "urgent" for r in rules if r.part in {"", "word"}}))


def _read_theirs(page: _Text, frame: Frame) -> Reading:
    hits = find(page.folded, _flat(page.rules, without=_NEED_RULES), page.sentences)
    asks = _asks(page, hits)
    dated = Page(page.folded, page.sentences, page.lexicon, page.rules, frame)
    kinds = {hit.group for hit in hits}
    return Reading(
        language=page.lexicon.language,
        lexicon_version=page.lexicon.version,
        sentences=page.sentences,
        hits=tuple(hit for hit in hits if hit.group not in {"request", "not_request"}),
        asks=asks,
        closing="withdrawn" in kinds or (not asks and not _misses_answer(hits) and _closes(kinds)),
        lead=_lead(page),
        needs=needs(dated, bool(asks) or "problem" in kinds) if "need" in page.rules else (),
        amounts=amounts(dated, page.original) if "amount" in page.rules else (),
        tone=complaint(page.original, page.folded, page.sentences, page.lexicon.language),
    )


def _closes(kinds: set[str]) -> bool:
    """Thanks close unless the same mail says that something is still wrong; a plain `solved` always does."""
    return bool(kinds & _SETTLED) or (bool(kinds & _POLITE) and not kinds & {"problem", "chase"})


def _misses_answer(hits: Sequence[Hit]) -> bool:
    """Whether the customer says that we never answered: then nothing is closed, whatever else arrived."""
    return any(hit.group == "chase" and hit.part == "count" for hit in hits)


def _read_ours(page: _Text, frame: Frame) -> Reading:
    marks = find(page.folded, _flat(page.rules, without=_PROMISE_RULES - {"back_question"}), page.sentences)
    promised = pledges(Page(page.folded, page.sentences, page.lexicon, page.rules, frame))
    courtesy = [rule for rule in page.lexicon.rules if rule.group == "courtesy"]
    return Reading(
        language=page.lexicon.language,
        lexicon_version=page.lexicon.version,
        sentences=page.sentences,
        hits=marks,
        reply=reply_class(page.folded, page.sentences, marks, promised, courtesy),
        pledges=promised,
        lead=_lead(page),
    )


def _flat(rules: dict[str, list[Rule]], without: frozenset[str] = frozenset()) -> list[Rule]:
    return [rule for group, members in rules.items() if group not in without for rule in members]


def _asks(page: _Text, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """The sentences that ask: with a question mark, or a request that is no mere form of words."""
    asking = {sentence_at(page.sentences, h.start) for h in hits if h.group == "request"}
    voided = page.rules.get("not_request", [])
    kept = []
    for start, end in page.sentences:
        sentence = page.folded[start:end]
        question = b"?" in sentence[-3:] or b"? " in sentence
        if not question and (start, end) not in asking:
            continue
        if not any(_voids(rule, sentence) for rule in voided if not question or rule.part == _QUESTION):
            kept.append((start, end))
    return tuple(kept)


def _voids(rule: Rule, sentence: bytes) -> bool:
    return rule.pattern.search(sentence) is not None and passes(rule, sentence)


def _lead(page: _Text) -> Span:
    """The first sentence of more than greeting length, else the first of all."""
    longer = (s for s in page.sentences if len(page.folded[s[0] : s[1]].split()) > _GREETING_WORDS)
    for start, end in longer:
        if not page.folded[start:end].endswith(b","):
            return start, end
    return page.sentences[0] if page.sentences else (0, 0)
