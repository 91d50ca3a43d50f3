"""Makes a support mailbox of any size: threads of 3 to 12 KB mails with HTML, quotes and files, always the same."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

WORDS = [
    "the",
    "controller",
    "reports",
    "a",
    "fault",
    "after",
    "the",
    "update",
    "and",
    "we",
    "cannot",
    "find",
    "the",
    "setting",
    "that",
    "you",
    "named",
    "in",
    "your",
    "last",
    "message",
    "about",
    "the",
    "second",
    "line",
    "while",
    "the",
    "export",
    "still",
    "runs",
    "every",
    "night",
    "into",
    "the",
    "same",
    "folder",
    "as",
    "before",
    "so",
    "our",
    "people",
    "enter",
    "the",
    "figures",
    "by",
    "hand",
    "again",
    "which",
    "takes",
    "two",
    "hours",
    "each",
    "morning",
    "please",
    "tell",
    "us",
    "what",
    "to",
    "look",
    "at",
    "next",
]
OPENERS = ("Hello,", "Good morning,", "Hi Lena,", "Dear support team,")
ASKS = (
    *("Could you please look into this?", "Which setting is the right one?", "Attached is the file you asked for."),
    *("It works now on the first line.", "We tried it and this is what we see.", "How do I change the limit?"),
    *("Thank you, that helps.", "The second machine shows the same code.", "Do you have any news on our ticket?"),
)
REPLIES = (
    "Please restart the gateway and set the limit to 40; that solved it elsewhere.",
    "The limit stands under Settings, second page; set it to 40 and save.",
    "You find the new version on the download page; it mends this.",
    "I will send you the new version by Friday 5 pm.",
)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PEOPLE = 12
"""Agents of ours in the corpus."""


def mails(conversations: int, seed: int = 7, accounts: int = 120) -> Iterator[bytes]:
    """Every mail of `conversations` threads (five mails each on average), in time order."""
    dice = random.Random(seed)  # noqa: S311 - the same bytes each time are the point
    made = [_conversation(dice, n, accounts) for n in range(conversations)]
    yield from (raw for _, raw in sorted((mail for thread in made for mail in thread), key=lambda m: m[0]))


def _conversation(dice: random.Random, number: int, accounts: int) -> list[tuple[datetime, bytes]]:
    customer = f"user{number % 7}@account{number % accounts}.example"
    agent = f"agent{number % PEOPLE}@us.example"
    at = START + timedelta(minutes=11 * number)
    ids: list[str] = []
    made, quoted = [], ""
    for step in range(dice.randint(2, 8)):
        inbound = step % 3 != 2  # noqa: PLR2004 - two customer mails for each answer, as a busy queue has it
        body = _text(dice, inbound)
        message = EmailMessage()
        ids.append(f"<{number}.{step}.{dice.getrandbits(40):x}@{'mail.example' if inbound else 'us.example'}>")
        _headers(message, (customer, agent)[:: 1 if inbound else -1], at, ids, f"Fault {number} on line {step % 1 + 2}")
        _body(message, dice, body, quoted)
        made.append((at, message.as_bytes()))
        quoted = "\n".join("> " + line for line in (body + "\n" + quoted).splitlines())[:6000]
        at += timedelta(minutes=dice.randint(20, 900))
    return made


def _headers(message: EmailMessage, parties: tuple[str, ...], at: datetime, ids: list[str], subject: str) -> None:
    sender, recipient = parties
    message["Received"] = f"from mx.example by mx.us.example with ESMTPS id {ids[-1][1:9]}; {format_datetime(at)}"
    message["From"] = f"Person {sender[:6]} <{sender}>"
    message["To"] = "help@us.example" if sender.startswith("user") else recipient
    message["Cc"] = "help@us.example" if not sender.startswith("user") else "second@" + sender.partition("@")[2]
    message["Subject"] = ("Re: " if len(ids) > 1 else "") + subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = ids[-1]
    if len(ids) > 1:
        message["In-Reply-To"] = ids[-2]
        message["References"] = " ".join(ids[:-1])


def _text(dice: random.Random, inbound: bool) -> str:
    paragraphs = [
        " ".join(dice.choice(WORDS) for _ in range(dice.randint(60, 180))).capitalize() + "."
        for _ in range(dice.randint(2, 5))
    ]
    return "\n\n".join((dice.choice(OPENERS), *paragraphs, dice.choice(ASKS if inbound else REPLIES), "Kind regards"))


def _body(message: EmailMessage, dice: random.Random, body: str, quoted: str) -> None:
    text = body + ("\n\nOn Mon, 2 Mar 2026 at 09:00, Person wrote:\n" + quoted if quoted else "")
    message.set_content(text + "\n")
    if dice.random() < 0.4:  # noqa: PLR2004 - the share of HTML in the corpus
        html = "".join(f"<p>{p}</p>" for p in body.split("\n\n"))
        message.add_alternative(f"<html><body>{html}<blockquote>{quoted[:2000]}</blockquote></body></html>", "html")
    if dice.random() < 0.15:  # noqa: PLR2004
        data = dice.randbytes(dice.randint(500, 3000))
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename="log.bin")
