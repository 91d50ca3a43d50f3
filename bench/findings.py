"""Measures the signals engine: mails read and conversations folded a second, promises and asks on labelled sentences.

    python bench/findings.py [SHARED]

SHARED is the folder of shared test material (default: `../shared`); without it only the speed is measured.
"""

import json
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.policy import load_policy
from config.words import Direction
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.facts import Facts, Msg
from signals.reading import read_message

CALENDAR = Calendar("Europe/Berlin")
SENT = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
HALF = 2
"""Annotators of three that must call a sentence a commitment."""

PARAGRAPHS = tuple(
    """\
since the update to 4.2.1 the controller on line 3 forgets its set points whenever the panel polls it. We restart it \
at every shift change, a nuisance but it keeps us going. Is this known, and is there a version that does not do it?
I will send you the image by end of day Wednesday. The build failed its checksum test overnight, so the lab runs it \
again with the older loader. You find the change log on the portal, the part that matters to you is on page 4.
nothing in my inbox yet. Did the image go out? We have told the shift leads twice now and the audit is next week.
the report is attached. Cause: the clamp that was fitted in February pulls on the plug when the machine is warm.
Thank you, it works. The night shift has flashed all eleven units and the set points stay where they are.
the drawing for the terminal is with a colleague who is back on Monday; the two spare rows are in it already.
""".splitlines()
)


def mails(count: int) -> list[tuple[str, Direction]]:
    """Mails of one to two kilobytes, theirs and ours in turn."""
    found = []
    for number in range(count):
        picked = [PARAGRAPHS[(number * 7 + k * 5) % len(PARAGRAPHS)] for k in range(6 + number % 3)]
        text = "Hello Ann,\n\n" + "\n\n".join(picked) + "\n\nKind regards\nBob Builder\nAcme Works\n"
        found.append((text, Direction.IN if number % 2 else Direction.OUT))
    return found


def rate(work: Callable[[], int]) -> float:
    """Items a second of processor time, best of three after a warm-up."""
    work()
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        done = work()
        best = max(best, done / (time.process_time() - started))
    return best


def read_rate() -> tuple[float, float]:
    """Mails read a second, and their mean length in characters."""
    batch = mails(300)

    def work() -> int:
        for text, direction in batch:
            read_message(text, direction, SENT, CALENDAR)
        return len(batch)

    return rate(work), sum(len(text) for text, _ in batch) / len(batch)


def fold_rate() -> float:
    """Short conversations (two to six messages) folded a second."""
    batch, policy = [conversation(number) for number in range(60)], load_policy()

    def work() -> int:
        for facts in batch:
            evaluate(facts, policy, facts.messages[-1].sent_at)
        return len(batch)

    return rate(work)


def conversation(number: int) -> Facts:
    """Question, promise, chase and answer, as far as the number goes."""
    order = (0, 1, 2, 3, 4, 5)[: 2 + number % 5]
    ways = (Direction.IN, Direction.OUT, Direction.IN, Direction.OUT, Direction.IN, Direction.OUT)
    return Facts(tuple(_msg(k, PARAGRAPHS[k], ways[k]) for k in order), {}, CALENDAR)


def _msg(number: int, text: str, direction: Direction) -> Msg:
    sent = SENT + timedelta(hours=20 * number)
    reading = read_message(text, direction, sent, CALENDAR)
    return Msg(
        id=number,
        message_id=str(number),
        direction=direction,
        author="a@acme.example",
        to=("b@us.example",),
        cc=(),
        sent_at=sent,
        subject="Controller",
        text=text,
        automatic=False,
        attachments=0,
        reading=reading,
    )


def f1(judged: Iterable[tuple[bool, bool]]) -> str:
    """Precision, recall and F1 of (said, true) pairs."""
    counts = Counter(judged)
    hit, false, missed = counts[True, True], counts[True, False], counts[False, True]
    precision, recall = hit / ((hit + false) or 1), hit / ((hit + missed) or 1)
    value = 2 * hit / ((2 * hit + false + missed) or 1)
    return f"P {precision:.3f} R {recall:.3f} F1 {value:.3f} ({hit + missed} positives of {sum(counts.values())})"


def asks(shared: Path) -> str:
    """Requests and proposals of Enron mail: a sentence with an ask, or with a promise, against the label."""
    judged: list[tuple[bool, bool]] = []
    for name, label in (("intent_pos.txt", True), ("intent_neg.txt", False)):
        lines = (shared / "mail" / "enron_intent" / name).read_text(encoding="utf-8", errors="replace").splitlines()
        readings = (read_message(line, Direction.IN, SENT, CALENDAR, "en") for line in lines if line.strip())
        judged.extend((bool(reading.asks), label) for reading in readings)
    return f1(judged)


def commitments(shared: Path) -> str:
    """BC3 sentences that two of three annotators call a commitment, against the promise grammar."""
    judged = []
    for corpus in sorted((shared / "mail" / "bc3").glob("*.corpus.xml")):
        votes = _votes(corpus.with_name(corpus.name.replace(".corpus.", ".annotation.")))
        for sentence in ET.parse(corpus).iter("Sent"):  # noqa: S314
            text = " ".join((sentence.text or "").split())
            said = bool(read_message(text, Direction.OUT, SENT, CALENDAR, "en").pledges)
            judged.append((said, votes[sentence.get("id") or ""] >= HALF))
    return f1(judged)


def _votes(annotation: Path) -> Counter[str]:
    tree = ET.parse(annotation)  # noqa: S314
    return Counter(key for tag in tree.iter("cmt") for key in (tag.get("id") or "").split(",") if key)


def risks(shared: Path) -> str:
    """Account risk a story: raised to level 2 by what its customer writes, against its truth."""
    judged = []
    for path in sorted((shared / "stories" / "dev").glob("*.json")):
        story = json.loads(path.read_text(encoding="utf-8"))
        ours = {box.rpartition("@")[2] for box in story["mailboxes"]}
        theirs = (
            m for m in story["mails"] if not m["headers"] and m["from"].rpartition("@")[2].rstrip(">") not in ours
        )
        texts = [m["text"] for m in theirs]
        readings = (read_message(text or "", Direction.IN, SENT, CALENDAR) for text in texts)
        said = any(h.part not in {"anger", "refund"} for r in readings for h in r.group("account_risk"))
        judged.append((said, any(s["signal"] == "account_risk" for s in story["truth"]["signals"])))
    return f1(judged)


def main() -> None:
    """Print every figure on a line."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared"
    speed, length = read_rate()
    lines = [f"read   {speed:8.0f} mails/s of {length:.0f} characters", f"fold   {fold_rate():8.0f} conversations/s"]
    if shared.is_dir():
        lines += [f"asks   Enron intent  {asks(shared)}", f"promises  BC3  {commitments(shared)}"]
        lines.append(f"account risk  stories  {risks(shared)}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
