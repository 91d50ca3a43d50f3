"""S9: somebody of the customer who decides - purchasing, law, finance, security, the board - is new here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import re2

from config.fold import fold
from config.mailboxes import is_shared
from config.titles import PEER, role, seniority, spoken_role
from config.words import Direction, Level, Signal
from signals.evidence import Cited, cite_best, cite_hit, cite_span
from signals.facts import Msg, Party
from signals.levels import STRENGTHS, decay
from signals.view import Raised, Verdict, View

CLEARS = "the new person is known: nothing new of them for about two weeks"

_SELF = re2.compile(rb"^(?:\w+,? )?(?:i|i'm|as|my|ich|als|je|j'ai|mon|soy|yo|como|eu|sou|meu|minha|mi)\b")
"""How a sentence begins in which a writer speaks of themselves."""

_TOP = 3
"""Seniority of the board."""

_TITLE_REACH = 40
"""Characters behind a phrase in which the rest of a title stands: `our new head` `of procurement`."""


@dataclass(frozen=True)
class _Newcomer:
    """Somebody new with a say: how weighty, where it shows, and what header line or sentence says so."""

    level: Level
    cited: Cited
    features: dict[str, object]


def judge(view: View) -> Verdict:
    """Level 1 for a senior peer whose say is unknown, 2 for a role that decides, 3 for the law or the board."""
    half_life = view.policy.signals.half_lives[Signal.NEW_DECISION_MAKER]

    def weight(new: _Newcomer) -> tuple[float, int, int]:
        left = STRENGTHS[new.level] * decay(view.facts.calendar, new.cited.msg.sent_at, view.now, half_life)
        return left, -new.cited.msg.id, -new.cited.start

    best = max([*_joined(view), *_spoken(view)], key=weight, default=None)
    if best is None:
        return Verdict()
    at = best.cited.msg.sent_at
    return Verdict(
        Raised(
            signal=Signal.NEW_DECISION_MAKER,
            level=best.level,
            strength=STRENGTHS[best.level],
            cited=best.cited,
            found_at=at,
            last_evidence_at=at,
            clears_when=CLEARS,
            half_life=half_life,
            fades_from=at,
            features=best.features,
            text_only="header" not in best.features,
        )
    )


def _joined(view: View) -> Iterator[_Newcomer]:
    """People of the customer who come new to a header line of theirs and have a say."""
    seen: set[str] = set()
    for index, msg in enumerate(view.messages):
        here = dict.fromkeys((msg.author, *msg.to, *msg.cc))
        if msg.direction is Direction.IN:
            for address in here:
                if address not in seen and _is_new(view, msg, address, opener=index == 0):
                    found = _role_of(view, msg, address)
                    if found is not None:
                        yield _newcomer(view, msg, address, *found)
        elif index:
            continue  # who is only added by one of ours has not shown up yet
        seen.update(here)


def _is_new(view: View, msg: Msg, address: str, *, opener: bool) -> bool:
    """Whether somebody of the customer is seen for the first time in half a year.

    On a first mail that needs somebody to be new to: the account must have been here before, and they not on its file.
    """
    if _party(view, address).ours or _party(view, address).shared or is_shared(address) or not _theirs(view, address):
        return False
    if _seen_lately(view, msg, address):
        return False
    old = address in view.facts.seen_before
    acquainted = bool(view.facts.seen_before) or (view.facts.acquainted and not _party(view, address).title_source)
    return not opener or old or acquainted


def _seen_lately(view: View, msg: Msg, address: str) -> bool:
    last = view.facts.seen_before.get(address)
    return last is not None and msg.sent_at - last <= timedelta(days=view.policy.signals.new_decider_calendar_days)


def _theirs(view: View, address: str) -> bool:
    """Whether it is the customer's own house; others on the line (resellers, carriers) decide nothing there."""
    domain = address.rpartition("@")[2]
    houses = view.facts.account_domains or {m.author.rpartition("@")[2] for m in view.heard[:1]}
    return any(domain == house or domain.endswith("." + house) for house in houses)


def _role_of(view: View, msg: Msg, address: str) -> tuple[str, str, str] | None:
    """What somebody decides, the words that say so, and their source: file, then signature, then introduction."""
    on_file = _party(view, address).title
    if on_file:
        return (role(on_file), on_file, _party(view, address).title_source or "file") if role(on_file) else None
    signed = next((m.reading.title for m in view.heard if m.author == address and m.reading.title), "")
    if role(signed):
        return role(signed), signed, "signature"
    start, end = _introduction(view, msg, address)
    spoken = _spoken_role(msg, start, end)
    return (spoken, msg.text[start:end], "introduction") if spoken else None


def _introduction(view: View, msg: Msg, address: str) -> tuple[int, int]:
    """The sentence that names a person, or in which the writer tells of their own office; empty when none does."""
    local = address.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ")
    names = {w for w in fold(f"{_party(view, address).name} {local}").split() if len(w) > 2}  # noqa: PLR2004
    for start, end in msg.reading.sentences:
        if address == msg.author and _SELF.match(fold(msg.text[start:end])) and spoken_role(msg.text[start:end]):
            return start, end
        if names & {w.strip(b",.;:()'\"") for w in fold(msg.text[start:end]).split()}:
            return start, end
    return 0, 0


def _spoken_role(msg: Msg, start: int, end: int) -> str:
    """The role a sentence gives somebody; an executive's title in it says more than that it is somebody of weight."""
    spoken = spoken_role(msg.text[start:end])
    if spoken not in {"", PEER}:
        return spoken
    titles = (msg.text[h.start : h.end] for h in msg.reading.group("named_executive") if start <= h.start < end)
    return next((found for found in map(role, titles) if found not in {"", PEER}), spoken)


def _newcomer(view: View, msg: Msg, address: str, found: str, words: str, source: str) -> _Newcomer:  # noqa: PLR0913, PLR0917
    line = "from" if msg.author == address else "to" if address in msg.to else "cc"
    header = f"{line} + {_party(view, address).name or address} ({found if source == 'introduction' else words})"
    start, end = _introduction(view, msg, address)
    rule = "header.decider"
    introduced = end > start and (msg.author != address or source == "introduction")
    cited = cite_span(msg, (start, end), rule) if introduced else cite_best(msg, rule, "decider", "named_executive")
    return _Newcomer(_level(found, words), cited, {"header": header, "role": found, "source": source})


def _level(found: str, words: str) -> Level:
    if found == PEER:
        return Level.WATCH
    return Level.CRITICAL if found == "legal" or seniority(words) >= _TOP else Level.RAISED


def _spoken(view: View) -> Iterator[_Newcomer]:
    """What a customer says of a change at their side: a takeover, a new head, somebody who decides from now on."""
    written: set[str] = set()
    for msg in view.heard:
        known = msg.author in written or _seen_lately(view, msg, msg.author)
        written.add(msg.author)
        for hit in msg.reading.group("decider"):
            if hit.part == "self" and known:
                continue  # somebody known who takes over a file is nobody new
            start, end = msg.reading.sentence(hit.start)
            sentence = msg.text[start:end]
            named = msg.text[hit.start : min(end, hit.end + _TITLE_REACH)]
            if hit.part == "self" and role(msg.reading.title):
                named = msg.reading.title
            found = _spoken_role(msg, start, end) or role(named)
            words = sentence if seniority(sentence) else named
            level = _level(found, words) if found else Level.WATCH
            yield _Newcomer(level, cite_hit(msg, hit), {"kind": hit.part, "role": found or "unknown"})


def _party(view: View, address: str) -> Party:
    return view.facts.parties.get(address, Party(address))
