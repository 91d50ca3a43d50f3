"""S3: somebody senior of the customer joins or writes, or the customer wants management or pulls in our own top."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.fold import fold
from config.titles import seniority
from config.words import Direction, Level, Signal
from signals.evidence import Cited, cite_best, cite_hit
from signals.facts import Msg, Party
from signals.levels import STRENGTHS, decay
from signals.marks import Hit
from signals.view import Raised, Verdict, View

CLEARS = "nobody senior has taken part for about two weeks"
SENIOR = 2
_ON_FILE = frozenset({"directory", "crm", "import", "csv", "file"})
_PARTS = {"ask": Level.WATCH, "named": Level.WATCH, "threat": Level.RAISED}


@dataclass(frozen=True)
class _Sign:
    """One thing that shows management near: where, how strong, and what the header or the title says."""

    level: Level
    cited: Cited
    at: datetime
    features: dict[str, object]


def judge(view: View) -> Verdict:
    """Level 1 for asking for management, 2 for a senior person newly in copy or a threat with our top.

    3 for a senior person of the customer who writes.
    """
    signs = [*_joined(view), *_spoken(view)]
    half_life = view.policy.signals.half_lives[Signal.EXECUTIVE_VISIBILITY]

    def left(sign: _Sign) -> float:
        return STRENGTHS[sign.level] * decay(view.facts.calendar, sign.at, view.now, half_life)

    best = max(signs, key=lambda s: (s.level, left(s), -s.cited.start), default=None)
    if best is None:
        return Verdict()
    raised = Raised(
        signal=Signal.EXECUTIVE_VISIBILITY,
        level=best.level,
        strength=STRENGTHS[best.level],
        cited=best.cited,
        found_at=best.at,
        last_evidence_at=best.at,
        clears_when=CLEARS,
        half_life=half_life,
        fades_from=best.at,
        features=best.features,
        text_only="header" not in best.features,
    )
    return Verdict(raised)


def _joined(view: View) -> Iterator[_Sign]:
    """Senior people new on the header lines: theirs from anybody's mail, ours only when the customer adds them."""
    titles = _titles(view)
    seen: set[str] = set()
    for index, msg in enumerate(view.messages):
        here = dict.fromkeys((msg.author, *msg.to, *msg.cc))
        for address in here:
            if address not in titles:
                continue
            first = address not in seen and _new(view, msg, address, opener=index == 0)
            if first or (address in seen and _now_writes(view, msg, address)):
                yield _sign(view, msg, address, titles[address])
        seen.update(here)


def _now_writes(view: View, msg: Msg, address: str) -> bool:
    """Whether somebody who came new into copy now writes for the first time."""
    return msg.author == address and _first_own(view, address) is msg and _came_new(view, address)


def _titles(view: View) -> dict[str, str]:
    """The senior title of each address: by the directory, else the signature, else how a mail introduces them."""
    titles: dict[str, str] = {}
    for address, party in view.facts.parties.items():
        if seniority(party.title) >= SENIOR:
            titles[address] = party.title
    for msg in view.heard:
        if msg.author not in titles and seniority(msg.reading.title) >= SENIOR and not _titled(view, msg.author):
            titles[msg.author] = msg.reading.title
        for hit in msg.reading.group("named_executive"):
            _introduce(view, msg, hit, titles)
    return titles


def _titled(view: View, address: str) -> bool:
    """Whether the directory knows a title, which outranks what a signature says."""
    party = view.facts.parties.get(address)
    return party is not None and bool(party.title) and party.title_source in _ON_FILE


def _introduce(view: View, msg: Msg, hit: Hit, titles: dict[str, str]) -> None:
    start, end = msg.reading.sentence(hit.start)
    if hit.part == "self":
        if not _titled(view, msg.author):
            titles.setdefault(msg.author, msg.text[hit.start : hit.end])
        return
    words = set(fold(msg.text[start:end]).replace(b",", b" ").replace(b".", b" ").split())
    if not seniority(msg.text[hit.start : hit.end]) >= SENIOR:
        return
    for address in (*msg.to, *msg.cc):
        known = address in titles or _party(view, address).ours or _titled(view, address)
        if not known and _named(view, address) & words:
            titles[address] = msg.text[hit.start : hit.end]


def _named(view: View, address: str) -> set[bytes]:
    """The words a person may be called by: of the display name and of the address."""
    local = address.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ")
    return {w for w in fold(f"{_party(view, address).name} {local}").split() if len(w) > 2}  # noqa: PLR2004


def _party(view: View, address: str) -> Party:
    return view.facts.parties.get(address, Party(address))


def _new(view: View, msg: Msg, address: str, *, opener: bool) -> bool:
    """Whether a person is new here: not on the account's mail lately, and no regular contact who opens a thread.

    Whom we write to of our own accord is nobody who joined.
    """
    if _party(view, address).ours:
        return msg.direction is Direction.IN
    last = view.facts.seen_before.get(address)
    if last is not None and msg.sent_at - last <= timedelta(days=view.policy.signals.new_person_calendar_days):
        return False
    if opener and msg.direction is not Direction.IN:
        return False
    regular = opener and address == msg.author and _party(view, address).title_source in _ON_FILE
    return not (regular and not view.facts.seen_before)


def _came_new(view: View, address: str) -> bool:
    """Whether the person, when first on a header line here, was new."""
    for index, msg in enumerate(view.messages):
        if address in (msg.author, *msg.to, *msg.cc):
            return _new(view, msg, address, opener=index == 0)
    return False


def _first_own(view: View, address: str) -> Msg | None:
    return next((m for m in view.messages if m.author == address), None)


def _sign(view: View, msg: Msg, address: str, title: str) -> _Sign:
    party, writes = _party(view, address), msg.author == address and not _party(view, address).ours
    line = "from" if msg.author == address else "to" if address in msg.to else "cc"
    header = f"{line} + {party.name or address} ({title})"
    level = Level.CRITICAL if writes else Level.RAISED
    groups = ("named_executive", "management") if writes else ("named_executive",)
    cited = cite_best(msg, f"header.{'ours' if party.ours else 'theirs'}", *groups)
    return _Sign(level, cited, msg.sent_at, {"header": header, "address": address, "title": title})


def _spoken(view: View) -> Iterator[_Sign]:
    """What the customer says about management, wanted, named or threatened with."""
    for msg in view.heard:
        for hit in msg.reading.group("management"):
            yield _Sign(_PARTS[hit.part], cite_hit(msg, hit), msg.sent_at, {"kind": hit.part})
