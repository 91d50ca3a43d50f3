"""A small company on paper, and a mailbox in which a promise to its customer is broken."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

TEAMS = "team,zone,open,close,holidays,mailboxes\nsupport,Europe/Berlin,09:00,17:30,,help@us.example\n"
PEOPLE = (
    "email,name,role,team,title,manager,zone\n"
    "lena@us.example,Lena Vogt,agent,support,Engineer,omar@us.example,Europe/Berlin\n"
    "omar@us.example,Omar Haddad,manager,support,Head of Support,,Europe/Berlin\n"
)
ACCOUNTS = (
    "name,domains,tier,arr,renewal,contacts\n"
    "Norvik Pumps,norvik.example,gold,84000,2026-09-30,ines@norvik.example|Ines Dahl|Plant Manager\n"
)
HISTORY = '[{"account": "Norvik Pumps", "subject": "Line 2", "closed": "2026-03-02", "priority": "high"}]'
BROKEN = "I will send you the new firmware by Wednesday 5 pm."
ASKED = datetime.fromisoformat("2026-05-04T09:12:00+02:00")
MISSED = "2026-05-06T15:15:00Z"
"""Wednesday, 5 pm in Berlin, and fifteen minutes of grace."""


def set_up(folder: Path) -> list[str]:
    """Write the set-up files; the options that name them."""
    texts = {"teams": TEAMS, "people": PEOPLE, "accounts": ACCOUNTS}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "history.json").write_text(HISTORY, encoding="utf-8")
    return ["--history", "history.json", *(word for name in texts for word in (f"--{name}", f"{name}.csv"))]


def mailbox(folder: Path) -> str:
    """A question, a promise the same day, and then nothing; written out of order, as folders are."""
    asked = mail("ines@norvik.example", "help@us.example", ASKED, "Could you send us the new firmware?")
    told = mail("lena@us.example", "ines@norvik.example", ASKED + timedelta(hours=2), BROKEN)
    told["In-Reply-To"] = asked["Message-ID"]
    box = folder / "box.mbox"
    box.write_bytes(b"".join(b"From x Mon May  4 09:12:00 2026\n" + m.as_bytes() + b"\n" for m in (told, asked)))
    return box.name


def mail(sender: str, to: str, at: datetime, text: str) -> EmailMessage:
    """One plain mail, named after its sender and minute."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, "Controller drops out"
    made["Date"], made["Message-ID"] = format_datetime(at), f"<{at:%d%H%M}@{sender.partition('@')[2]}>"
    made.set_content(f"Hello,\n\n{text}\n\nKind regards\n")
    return made
