"""Measures the pure part on one core: inbound mails a second through all signals, the slowest mail, hostile texts.

    python -m bench.speed [SHARED]

SHARED is the folder of shared test material (default: `../shared`); without it only made mails are measured. All times
are processor time, so a busy machine does not count; a mail is one `read_message` and one `evaluate` of its
conversation with every signal of the chain.
"""

import json
import mailbox
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from time import thread_time

from config.fold import fold
from config.lexicon import Rule, lexicons
from config.policy import load_policy
from config.settings import Limits
from config.words import Direction
from ingest.mail import Unreadable
from ingest.read import read_mail
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.facts import Facts, Msg
from signals.reader import read_message
from signals.reading import Reading

CALENDAR = Calendar("Europe/Berlin")
SENT = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
POLICY = load_policy()
REAL = 1500
"""Mails of each mailing list that are read."""

DEPTH = 4
"""Mails of a conversation that stand in it when the next one comes."""

LARGE, HOSTILE = 1 << 20, 64 << 10

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

UNITS: dict[str, str] = {
    "one letter": "a",
    "a and blanks": "a ",
    "short words": "we to be ",
    "quotes": "\"'",
    "open brackets": "([{",
    "combining marks": "é̂̃",
    "digits": "7",
    "digits in groups": "1.2,3 ",
    "will will": "I will will ",
    "promises": "I will send it. ",
    "half promises": "if I will not we ",
    "dates": "by 3 May 2026 at 10:30 ",
    "numeric dates": "1/2/26 ",
    "week days": "next Friday or Monday ",
    "amounts": "$ 12,400.50 ",
    "amounts and losses": "we lose $ 5 ",
    "needs": "we need it by Friday ",
    "chases": "no answer yet ",
    "negations": "not no never ",
    "threats": "cancel the contract ",
    "titles": "our chief managing officer ",
    "codes": "E-40 HX12 ",
    "punctuation": "?!.,;:-",
    "question marks": "? ",
    "questions without end": "which quel cual qual welche merci de m'envoyer envienos envie-nos bitte senden sie ",
    "lines": "\n",
    "short lines": "x\n",
    "links": "http://a.b/c?d=e&",
    "german": "wir werden bis Freitag nicht ",
    "spanish": "vamos a enviar el viernes ",
    "other script": "日本語",
}
"""What a hostile text repeats."""


@dataclass(frozen=True)
class Timed:
    """Processor times of a batch, in seconds, in rising order, and the mean length of its texts."""

    name: str
    times: list[float]
    length: float

    def at(self, share: float) -> float:
        """The time at a share of the batch, in milliseconds."""
        return 1000 * self.times[min(len(self.times) - 1, int(share * len(self.times)))]

    @property
    def rate(self) -> float:
        """Mails a second."""
        return len(self.times) / sum(self.times)


def seconds(work: Callable[[], object], best_of: int = 1) -> float:
    """Processor seconds of this thread, the least of some tries."""
    spent = []
    for _ in range(best_of):
        began = thread_time()
        work()
        spent.append(thread_time() - began)
    return min(spent)


def made() -> Iterator[str]:
    """Mails of about a kilobyte from a few paragraphs."""
    for number in range(400):
        picked = [PARAGRAPHS[(number * 7 + k * 5) % len(PARAGRAPHS)] for k in range(6 + number % 3)]
        yield "Hello Ann,\n\n" + "\n\n".join(picked) + "\n\nKind regards\nBob Builder\nAcme Works\n"


def listed(path: Path) -> Iterator[str]:
    """The new texts of the mails of an mbox that can be read here."""
    box = mailbox.mbox(path)
    for key in islice(box.iterkeys(), REAL):
        try:
            text = read_mail(box.get_bytes(key), Limits()).new_text
        except Unreadable:
            continue
        if text.strip():
            yield text


def told(stories: Path) -> Iterator[str]:
    """The mails of the stories: support mail in five languages, in which many rules find something."""
    for path in sorted(stories.glob("*.json")):
        yield from (mail["text"] for mail in json.loads(path.read_text(encoding="utf-8"))["mails"] if mail["text"])


def measure(name: str, texts: list[str]) -> Timed:
    """Each text as the newest mail of a conversation with some of those before it, theirs and ours in turn."""
    ways = (Direction.IN, Direction.OUT)
    messages = [_msg(n, text, ways[n % 2], _read(text, ways[n % 2])) for n, text in enumerate(texts)]
    times = []
    for number, text in enumerate(texts):
        before = messages[max(0, number - DEPTH) : number]
        times.append(seconds(partial(_inbound, text, before), 2))
    return Timed(name, sorted(times), sum(map(len, texts)) / len(texts))


def _inbound(text: str, before: list[Msg]) -> None:
    newest = _msg(len(before), text, Direction.IN, _read(text, Direction.IN))
    evaluate(Facts((*before, newest), {}, CALENDAR), POLICY, newest.sent_at)


def _read(text: str, direction: Direction) -> Reading:
    return read_message(text, direction, SENT, CALENDAR)


def _msg(number: int, text: str, direction: Direction, reading: Reading) -> Msg:
    sent = SENT + timedelta(hours=20 * number)
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


def hostile() -> Iterator[tuple[str, str]]:
    """Hostile texts by name, 64 kB each."""
    for name, unit in UNITS.items():
        yield name, (unit * (HOSTILE // len(unit) + 1))[:HOSTILE]


def slowest_rule() -> tuple[float, str, str]:
    """Milliseconds of the slowest rule on the hostile text it likes least, with both names."""
    folded = [(name, fold(text)) for name, text in hostile()]
    rules = [rule for words in lexicons() for rule in words.rules]
    return max((1000 * seconds(partial(apply, rule, text)), rule.id, name) for rule in rules for name, text in folded)


def apply(rule: Rule, text: bytes) -> int:
    """Search the whole text for a rule and for each of its guards; the number of its hits."""
    guards = (rule.needs, rule.unless, rule.verb_not, rule.verb_but)
    return sum(1 for _ in rule.pattern.finditer(text)) + sum(g.search(text) is not None for g in guards if g)


def slowest_mail() -> tuple[float, str]:
    """Milliseconds of the hostile mail that takes longest through all signals, ours or theirs, and its name."""
    return max(
        (1000 * seconds(partial(_through, text, way), 2), f"{name}, {way.value}")
        for name, text in hostile()
        for way in (Direction.IN, Direction.OUT)
    )


def _through(text: str, direction: Direction) -> None:
    message = _msg(0, text, direction, _read(text, direction))
    evaluate(Facts((message,), {}, CALENDAR), POLICY, message.sent_at)


def large_mail(texts: list[str]) -> float:
    """Milliseconds of a mail of a megabyte of these texts, the slower of ours and theirs."""
    body = "\n".join(texts)
    body = (body * (LARGE // len(body) + 1))[:LARGE]
    return 1000 * max(seconds(partial(_through, body, way), 3) for way in (Direction.IN, Direction.OUT))


def main() -> None:
    """Print every figure on a line."""
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared"
    batches = {"made mails": list(made())}
    if shared.is_dir():
        batches["stories, five languages"] = list(told(shared / "stories" / "dev"))
        for path in sorted((shared / "mail" / "lists").glob("*.mbox")):
            batches[f"list {path.stem.partition('-')[0]}"] = list(listed(path))
    print("| inbound mails | mean size | mails/s | p50 | p99 | max |\n|---|---|---|---|---|---|")
    for name, texts in batches.items():
        t = measure(name, texts)
        cells = f"{t.at(0.5):.2f} ms | {t.at(0.99):.2f} ms | {t.at(1):.2f} ms"
        print(f"| {t.name} ({len(t.times)}) | {t.length:.0f} | {t.rate:.0f} | {cells} |")
    longest = max(large_mail(texts) for texts in batches.values())
    print(f"1 MB body of such mails: {longest:.1f} ms")
    print("64 kB of hostile text, slowest rule: {:.1f} ms ({} on {})".format(*slowest_rule()))
    print("64 kB of hostile text, slowest mail: {:.1f} ms ({})".format(*slowest_mail()))


if __name__ == "__main__":
    main()
