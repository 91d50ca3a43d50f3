"""Measure new text against real mail with known new text: `python -m bench.newtext PATH_TO_MAIL`.

The score is the F1 of the lines (stripped, not blank): tools cut at different places, so lines are counted, not mails.
"""

import email
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from ingest.newtext import split_new_text


@dataclass(frozen=True)
class Case:
    """One mail with its text, the lines its writer wrote, and lines on which the annotators do not agree."""

    source: str
    name: str
    text: str
    gold: tuple[str, ...]
    open_lines: frozenset[str] = frozenset()


def cases(mail: Path) -> Iterator[Case]:
    """All mails with known new text under `mail`."""
    yield from reply_trimmer(mail / "reply_trimmer")
    yield from talon(mail / "talon" / "fixtures")
    yield from mail_parser_reply(mail / "mail_parser_reply")
    yield from quagga_zones(mail / "quagga")
    yield from quagga_lines(mail / "quagga" / "Enron" / "annotated_lines")
    yield from discourse(mail / "discourse")


def reply_trimmer(folder: Path) -> Iterator[Case]:
    """Mails beside what Discourse keeps of them."""
    for path in sorted((folder / "emails").glob("*.txt")):
        gold = lines_of((folder / "trimmed" / path.name).read_text(encoding="utf-8"))
        yield Case("reply_trimmer", path.name, path.read_text(encoding="utf-8"), gold)


def talon(folder: Path) -> Iterator[Case]:
    """Replies of six mail programs that all say Hello."""
    for path in sorted((folder / "standard_replies").glob("*.eml")):
        yield Case("talon", path.name, plain_text(path), ("Hello",))


def mail_parser_reply(folder: Path) -> Iterator[Case]:
    """Mails whose first reply's body is stated as a whole, in ten languages."""
    for row in _rows(folder):
        if row["assertion"] == "==" and row.get("reply") == 0 and row["field"] == "body":
            text = (folder / str(row["file"])).read_text(encoding="utf-8")
            yield Case("mail_parser_reply", str(row["file"]), text, lines_of(str(row["value"])))


def discourse(folder: Path) -> Iterator[Case]:
    """Mails whose post is stated as a whole and was taken from the plain text, not from the HTML beside it."""
    for row in _rows(folder):
        value = str(row["value"])
        if row["assertion"] != "post_raw_equals" or "<details" in value:
            continue
        text = plain_text(folder / str(row["file"]))
        gold = lines_of(value)
        if gold and gold[0] in text:
            yield Case("discourse", str(row["file"]), text, gold)


def quagga_zones(folder: Path) -> Iterator[Case]:
    """Mails annotated by zones: bodies above the first header, and unmarked lines in a body marked with ">".

    What stands below "-- " is called body in some and signature in others, so it is left open.
    """
    for path in sorted(folder.glob("*/**/*.ann")):
        data = json.loads(path.read_text(encoding="utf-8"))
        gold, orphans = _zones(data["text"], data["denotations"])
        source = "quagga ASF" if "ASF" in path.parts else "quagga Enron"
        yield Case(source, path.stem, data["text"], gold, orphans)


def _zones(text: str, zones: list[dict[str, object]]) -> tuple[tuple[str, ...], frozenset[str]]:
    kinds = [""] * (len(text) + 1)
    body = 0
    for zone in sorted(zones, key=lambda zone: (str(zone["type"]).count("/"), int(str(zone["start"])))):
        if zone["type"] in ("Body", "Header", "Body/Signature"):
            first, end = int(str(zone["start"])), int(str(zone["end"]))
            body += zone["type"] == "Body"
            kinds[first:end] = [f"{zone['type']} {body}"] * (end - first)
    gold: list[str] = []
    orphans: list[str] = []
    marked: dict[str, bool] = {}
    header, at, below = False, 0, ""
    rows = text.split("\n")
    for number, row in enumerate(rows):
        kind, at = kinds[at], at + len(row) + 1
        header = header or kind.startswith("Header")
        if not row.strip():
            continue
        quoted = row.lstrip().startswith(">")
        below = kind if row.strip() == "--" and not quoted else below
        if kind.startswith("Body ") and marked.setdefault(kind, quoted or not header) and not quoted:
            around = rows[number - 1 : number] + rows[number + 1 : number + 2]
            wrapped = header and any(line.lstrip().startswith(">") for line in around)
            (orphans if wrapped or kind == below else gold).extend(lines_of(row))
    return tuple(gold), frozenset(orphans)


def quagga_lines(folder: Path) -> Iterator[Case]:
    """Mails annotated line by line: B(ody), H(eader), S(ignature)."""
    for path in sorted(folder.glob("*")):
        rows = path.read_text(encoding="utf-8", errors="replace").partition("\n\n")[2].split("\n")
        marks = [row[:1] for row in rows]
        if "B" not in marks:
            continue
        end = marks.index("H") if "H" in marks else len(marks)
        own = "\n".join(row[2:] for row in rows[:end] if row[:1] == "B")
        text = "\n".join(row[2:] for row in rows if row[1:2] == ">")
        yield Case("quagga lines", path.name, text, lines_of(own))


def plain_text(path: Path) -> str:
    """The first plain text of a mail file."""
    return text_of(email.message_from_bytes(path.read_bytes()))


def text_of(message: Message) -> str:
    """The first plain text of a mail."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            try:
                return content.decode(part.get_content_charset() or "utf-8", "replace")
            except LookupError:
                return content.decode("utf-8", "replace")
    return ""


def lines_of(text: str) -> tuple[str, ...]:
    """The stripped lines with a letter or figure in them, without marked quotes: some tools keep those, as context."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(line for line in lines if line[:1] != ">" and any(map(str.isalnum, line)))


def score(case: Case, text: str) -> tuple[int, int, int]:
    """Lines right, lines given, lines wanted."""
    given = Counter(line for line in lines_of(text) if line not in case.open_lines)
    gold = Counter(line for line in case.gold if line not in case.open_lines)
    return (given & gold).total(), given.total(), gold.total()


def table(found: list[Case], split: Callable[[str], str]) -> dict[str, tuple[int, float, float, float, float]]:
    """For each source: mails, precision, recall, F1 of lines, and the share of mails without any mistake."""
    sums: dict[str, list[int]] = {}
    for case in found:
        right, given, gold = score(case, split(case.text))
        row = sums.setdefault(case.source, [0, 0, 0, 0, 0])
        for place, value in enumerate((1, right, given, gold, right == given == gold)):
            row[place] += value
    return {
        source: (mails, right / max(1, given), right / max(1, gold), 2 * right / max(1, given + gold), exact / mails)
        for source, (mails, right, given, gold, exact) in sums.items()
    }


def own_words(text: str) -> str:
    """The writer's own words; the gold of a forward without any is empty."""
    split = split_new_text(text)
    return split.text or ("" if split.forwarded else split.passed_on)


def main() -> None:
    """Print the table and the speed."""
    found = list(cases(Path(sys.argv[1])))
    print(f"{'source':20}{'mails':>6}{'precision':>11}{'recall':>8}{'F1':>8}{'whole mail':>12}")
    for source, (mails, precision, recall, f1, exact) in table(found, own_words).items():
        print(f"{source:20}{mails:6}{precision:11.3f}{recall:8.3f}{f1:8.3f}{exact:12.3f}")
    texts = [case.text for case in found if 1000 <= len(case.text) <= 2000]  # noqa: PLR2004
    start = time.process_time()
    for text in texts:
        split_new_text(text)
    print(f"{len(texts) / (time.process_time() - start):,.0f} mails per second of processor time, of 1 to 2 kB each")


def _rows(folder: Path) -> Iterator[dict[str, object]]:
    text = (folder / "expected.jsonl").read_text(encoding="utf-8")
    yield from map(json.loads, re.split(r"\n+", text.strip()))


if __name__ == "__main__":
    main()
