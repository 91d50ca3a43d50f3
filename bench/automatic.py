"""Measure how well automatic mail is told from mail by people: `python -m bench.automatic PATH_TO_MAIL`."""

import csv
import email
import mailbox
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

from bench.newtext import text_of
from ingest.automatic import automatic, header_view
from ingest.bounce import read_bounce

MACHINES = ("sisimai bounces", "sisimai vacation", "sisimai feedback", "discourse, mimekit, rubymail")


def groups(mail: Path) -> Iterator[tuple[str, list[Path]]]:
    """Folders of mail by who wrote it, machines first."""
    sisimai = sorted((mail / "sisimai" / "maildir").glob("*/*.eml"))
    yield "sisimai vacation", [path for path in sisimai if path.name.startswith("rfc3834")]
    yield "sisimai feedback", [path for path in sisimai if path.name.startswith("arf")]
    machines = ("rfc3834", "arf", "is-not")
    yield "sisimai bounces", [path for path in sisimai if not path.name.startswith(machines)]
    other = [*(mail / "discourse").glob("*bounce*.eml"), mail / "discourse" / "auto_generated_header.eml"]
    mimekit, rubymail = mail / "mimekit" / "messages", mail / "rubymail" / "multipart_report_emails"
    reports = [*mimekit.glob("delivery-status*"), *mimekit.glob("bounce.txt"), *rubymail.glob("*.eml")]
    yield "discourse, mimekit, rubymail", sorted(other + reports)
    yield "sisimai not bounces", [path for path in sisimai if path.name.startswith("is-not")]
    yield "enron, two mailboxes", sorted(path for path in (mail / "enron_two_mailboxes").rglob("*") if path.is_file())
    yield "discourse, people", sorted((mail / "discourse").glob("*reply*.eml"))
    yield "talon, people", sorted((mail / "talon" / "fixtures" / "standard_replies").glob("*.eml"))


def messages(mail: Path) -> Iterator[tuple[str, Message]]:
    """Every mail with its group's name."""
    for name, paths in groups(mail):
        for path in paths:
            yield name, email.message_from_bytes(path.read_bytes())
    for path in sorted((mail / "lists").glob("*.mbox")):
        with closing(mailbox.mbox(path, create=False)) as archive:
            for message in archive:
                yield f"list {path.stem[:18]}", message


def kind_of(message: Message) -> tuple[str, str]:
    """What the product would call the mail, and why."""
    try:
        subject = str(make_header(decode_header(str(message.get("Subject", "")))))
    except (LookupError, ValueError):
        subject = str(message.get("Subject", ""))
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    kind, why = automatic(header_view(message, subject, sender), text_of(message))
    return (kind.value if kind else "person"), why


def bounce_agreement(mail: Path) -> dict[str, float]:
    """The shares of the stated bounces whose status class, status and hardness are read as sisimai does."""
    sums: Counter[str] = Counter()
    with (mail / "sisimai" / "expected.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            paths = list((mail / "sisimai" / "maildir").glob(f"*/{row['file']}"))
            if row["recipient_index"] != "0" or not row["dsn_status"] or row["dsn_status"][0] == "2" or not paths:
                continue
            found = read_bounce(email.message_from_bytes(paths[0].read_bytes()))
            sums["mails"] += 1
            sums["read"] += found is not None
            sums["with recipient"] += bool(found and found.recipients)
            sums["with original id"] += bool(found and found.original_message_id)
            sums["status class"] += bool(found and found.status[:1] == row["dsn_status"][0])
            sums["same hardness"] += bool(found and found.hard == (row["hardbounce"] == "1"))
            sums["hard, wrongly"] += bool(found and found.hard and row["hardbounce"] != "1")
    return {name: count / sums["mails"] if name != "mails" else count for name, count in sums.items()}


def main() -> None:
    """Print the tables and the speed."""
    mail = Path(sys.argv[1])
    counts: dict[str, Counter[str]] = {}
    found = list(messages(mail))
    start = time.perf_counter()
    for name, message in found:
        counts.setdefault(name, Counter())[kind_of(message)[0]] += 1
    seconds = time.perf_counter() - start
    print(f"{'group':32}{'mails':>6}{'bounce':>8}{'auto':>7}{'list':>7}{'cal.':>6}{'person':>8}{'right':>8}")
    for name, row in counts.items():
        total = row.total()
        told = total - row["person"] if name in MACHINES else total - row["bounce"] - row["auto_reply"]
        print(
            f"{name:32}{total:6}{row['bounce']:8}{row['auto_reply']:7}{row['list']:7}{row['calendar']:6}"
            f"{row['person']:8}{told / total:8.3f}"
        )
    print(f"{len(found) / seconds:,.0f} mails/s, decoding included")
    for name, value in bounce_agreement(mail).items():
        print(f"{name:20}{value:8.3f}")


if __name__ == "__main__":
    main()
