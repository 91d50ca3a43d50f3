"""Measures our readers on labelled sentences: promises, requests, dates, chases, each beside the figure to beat.

    python -m bench.labels [MAIL]

MAIL is a folder with `bc3/`, `enron_intent/` and `ibm_twitter_care/`; without the argument it is the environment's
SMOKEWATCH_MAIL, else `../shared/mail`. What is missing there is left out; the dates are our own (`bench/dates.txt`).
"""

import hashlib
import json
import math
import os
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path

from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from config.policy import load_policy
from config.words import Direction
from signals import turns
from signals.calendar import Calendar
from signals.deadline import Frame, deadlines
from signals.facts import Msg
from signals.reader import read_message

MAIL = "SMOKEWATCH_MAIL"
SIBLING = Path(__file__).parents[2] / "shared" / "mail"
DATES = Path(__file__).with_name("dates.txt")
BERLIN = Calendar(
    "Europe/Berlin",
    time(9),
    time(17, 30),
    frozenset({date(2026, 5, 14), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}),
)
ALWAYS = Calendar("UTC", time(0), time(23, 59, 59), frozenset(), workdays=frozenset(range(7)))
"""Support on social media never closes."""

SENT = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
Judged = Iterable[tuple[bool, bool]]
"""What the reader said and what the label says, a sentence each."""

_CHASE_HOURS = 2.0
"""Customer messages closer together than this are one burst."""

_QUOTES = (">", "&gt;")
_Z = 1.96
_ABOUT = """The F1 to beat is that of simple readers on the same kind of data: phrase lists, and dateparser for dates.
It was measured on other samples, so only a clear distance says something. Quoted sentences of BC3 are left out. A date
counts as right when it is the very minute; a wrong one counts as missed and as false."""


@dataclass(frozen=True)
class Score:
    """Counts of one comparison; `baseline` is the F1 (or share) to beat."""

    name: str
    counts: Counter[tuple[bool, bool]]
    baseline: float | None

    @property
    def positives(self) -> int:
        """Sentences with the label."""
        return self.counts[True, True] + self.counts[False, True]

    @property
    def precision(self) -> tuple[int, int]:
        """Right ones of those said."""
        return self.counts[True, True], self.counts[True, True] + self.counts[True, False]

    @property
    def recall(self) -> tuple[int, int]:
        """Said ones of those labelled."""
        return self.counts[True, True], self.positives

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        hit, said = self.precision
        return 2 * hit / ((said + self.positives) or 1)

    @property
    def accuracy(self) -> float:
        """Right answers of all."""
        return (self.counts[True, True] + self.counts[False, False]) / (self.counts.total() or 1)


def score(name: str, judged: Judged, baseline: float | None) -> Score:
    """Count a comparison."""
    return Score(name, Counter(judged), baseline)


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "-"
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return f"{share:.2f} [{max(0.0, middle - half):.2f}-{min(1.0, middle + half):.2f}]"


def is_ask(text: str) -> bool:
    """Whether a sentence of a customer asks for something."""
    return bool(read_message(text, Direction.IN, SENT, BERLIN, "en").asks)


def is_promise(text: str) -> bool:
    """Whether a sentence of ours promises something."""
    return bool(read_message(text, Direction.OUT, SENT, BERLIN, "en").pledges)


def intents(mail: Path, half: int) -> Iterator[tuple[bool, bool]]:
    """Sentences of the one half; half 0 was looked at while the reader was written, half 1 was not."""
    for name, label in (("intent_pos.txt", True), ("intent_neg.txt", False)):
        lines = (mail / "enron_intent" / name).read_text(encoding="utf-8", errors="replace").splitlines()
        for line in filter(str.strip, lines):
            if hashlib.sha256(line.encode()).digest()[0] % 2 == half:
                yield is_ask(line), label


def threads(mail: Path, tag: str) -> list[tuple[str, int]]:
    """BC3's sentences that are no quotation, and how many of three annotators gave each the label."""
    found = []
    for corpus in sorted((mail / "bc3").glob("*.corpus.xml")):
        annotation = ET.parse(corpus.with_name(corpus.name.replace(".corpus.", ".annotation.")))  # noqa: S314
        ids = (key for row in annotation.iter(tag) for key in (row.get("id") or "").split(",") if key)
        votes = Counter(ids)
        for sentence in ET.parse(corpus).iter("Sent"):  # noqa: S314
            text = " ".join((sentence.text or "").split())
            if not text.startswith(_QUOTES):
                found.append((text, votes[sentence.get("id") or ""]))
    return found


def dates(language: str) -> Iterator[tuple[bool, bool]]:
    """Our own date sentences: the first date found is the very minute, or none is found where there is none."""
    for line in DATES.read_text(encoding="utf-8").splitlines():
        code, _, rest = line.partition(" | ")
        if code == language:
            sent, due, text = rest.split(" | ", 2)
            found = _first_date(code, text, datetime.fromisoformat(sent).replace(tzinfo=BERLIN.clock))
            if due == "-":
                yield found is not None, False
            else:
                right = found == datetime.fromisoformat(due).replace(tzinfo=BERLIN.clock)
                yield from [(True, True)] if right else [(False, True)] + [(True, False)] * (found is not None)


def _first_date(code: str, text: str, sent: datetime) -> datetime | None:
    folded, words = fold(text), lexicon(code)
    found = deadlines(folded, words.candidates(folded, "date"), words, Frame(sent, BERLIN))
    return next((d.due for d in found if d.due > sent), None)


def chases(mail: Path) -> Iterator[tuple[bool, bool]]:
    """Conversations on social media: an unanswered customer who wrote again later, told by the clock alone."""
    policy = load_policy().signals
    for line in (mail / "ibm_twitter_care" / "conversations.jsonl").read_text(encoding="utf-8").splitlines():
        messages = [_tweet(number, row) for number, row in enumerate(json.loads(line)["dialogContent"])]
        asks = turns.follow(messages, (), ALWAYS, policy)
        yield any(ask.chases for ask in asks), _waited(messages)


def _waited(messages: list[Msg]) -> bool:
    gaps = (
        (later.sent_at - first.sent_at).total_seconds() / 3600
        for first, later in pairwise(messages)
        if first.direction is later.direction is Direction.IN
    )
    return any(gap >= _CHASE_HOURS for gap in gaps)


def _tweet(number: int, row: dict[str, str]) -> Msg:
    direction = Direction.OUT if "agent" in row else Direction.IN
    sent = datetime.fromisoformat(row["datetime"])
    reading = read_message(row["message"], direction, sent, ALWAYS, "en")
    author = row.get("agent") or row.get("client") or ""
    return Msg(number, str(number), direction, author, (), (), sent, "", row["message"], False, 0, reading)


def scores(mail: Path) -> Iterator[Score]:
    """Every comparison that the data at hand allow."""
    if (mail / "enron_intent").is_dir():
        yield score("requests, intent sentences (half that was read)", intents(mail, 0), 0.676)
        yield score("requests, intent sentences (blind half)", intents(mail, 1), 0.676)
    if (mail / "bc3").is_dir():
        rows = [(is_ask(text), votes) for text, votes in threads(mail, "req")]
        yield score("requests, BC3, 1 of 3", ((said, votes >= 1) for said, votes in rows), None)
        yield score("requests, BC3, 2 of 3", ((said, votes > 1) for said, votes in rows), 0.497)
        rows = [(is_promise(text), votes) for text, votes in threads(mail, "cmt")]
        yield score("promises, BC3, 1 of 3", ((said, votes >= 1) for said, votes in rows), 0.326)
        yield score("promises, BC3, 2 of 3", ((said, votes > 1) for said, votes in rows), 0.4)
    for language in LANGUAGES:
        yield score(f"dates, {language}", dates(language), {"en": 58 / 67, "es": 0.8}.get(language, 0.6))
    if (mail / "ibm_twitter_care").is_dir():
        yield score("chases, support tweets, by the clock", chases(mail), None)


def as_markdown(rows: Iterable[Score]) -> str:
    """The table."""
    lines = [
        "| labelled sentences | positives of all | precision | recall | F1 | accuracy | F1 to beat | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        beat = f"{row.baseline:.3f} | {row.f1 / row.baseline:.2f}" if row.baseline else "- | -"
        shares = f"{wilson(*row.precision)} | {wilson(*row.recall)} | {row.f1:.3f} | {row.accuracy:.3f}"
        lines.append(f"| {row.name} | {row.positives} of {row.counts.total()} | {shares} | {beat} |")
    return "\n".join(lines) + "\n"


def section(beside: Path) -> str:
    """The table for a page, from the mail that lies beside the stories unless the environment names another place."""
    folder = mail_folder(None if MAIL in os.environ else beside)
    return f"{_ABOUT}\n\n{as_markdown(scores(folder))}\n"


def mail_folder(given: Path | None = None) -> Path:
    """Where the labelled mail is: as given, as the environment says, or beside this project."""
    return given or Path(os.environ.get(MAIL, SIBLING))


def main() -> None:
    """Print the table."""
    folder = mail_folder(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    sys.stdout.write(as_markdown(scores(folder)))


if __name__ == "__main__":
    main()
