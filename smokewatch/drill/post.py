"""Writes the mails of a drill: the scenario's own, and the trainee's answers to them, each in its thread."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, parseaddr
from zoneinfo import ZoneInfo

from smokewatch.drill.scenario import Letter, Player, Scenario


@dataclass(frozen=True)
class Posted:
    """One mail that reached the sandbox; `number` is the scenario's, None for an answer of the trainee."""

    number: int | None
    thread: int
    at: datetime
    message: EmailMessage
    to_number: int | None = None

    @property
    def message_id(self) -> str:
        """As it stands in the mail, without brackets."""
        return str(self.message["Message-ID"]).strip("<>")

    @property
    def text(self) -> str:
        """What its writer wrote."""
        return str(self.message.get_content()).strip()

    @property
    def raw(self) -> bytes:
        """As a server would hand it out."""
        return self.message.as_bytes(policy=SMTP)


@dataclass
class PostOffice:
    """Every mail so far, in order."""

    scenario: Scenario
    posted: list[Posted] = field(default_factory=list)

    def mail(self, number: int) -> Posted | None:
        """The scenario's mail of that number, when it has arrived."""
        return next((each for each in self.posted if each.number == number), None)

    def is_answered(self, number: int, since: datetime | None = None) -> bool:
        """Whether the trainee wrote into the mail's thread after it came, and not before `since`."""
        asked = self.mail(number)
        if asked is None:
            return False
        earliest = max(asked.at, since or asked.at)
        return any(p.number is None and p.thread == asked.thread and p.at >= earliest for p in self.posted)

    def write(self, number: int, at: datetime) -> Posted | None:
        """The scenario's mail of that number; None when our answer made it needless, or what it answers never came."""
        letter = self.scenario.mail[number - 1]
        parent = self._last_of(letter.answers)
        if letter.answers is not None and parent is None:
            return None
        if letter.unless_answered is not None and not self._still_waits(letter.unless_answered, letter.since):
            return None
        made = self._made(letter, at, f"drill.{number}")
        for name, value in letter.headers.items():
            made[name] = value
        return self._filed(Posted(number, parent.thread if parent else number, at, made), parent, letter.text)

    def answer(self, to: Posted, player: Player, text: str, at: datetime) -> Posted:
        """The trainee's answer to a mail, to its writer, with the mailbox and whoever was copied in copy."""
        copied = [self.scenario.mailbox, *(a for _n, a in getaddresses([str(to.message["Cc"] or "")]))]
        letter = Letter.model_validate(
            {"at": 0, "from": f"{player.name} <{player.email}>", "to": str(to.message["From"]), "text": text}
        )
        made = self._made(letter, at, f"drill.answer.{len(self.posted) + 1}")
        ours = parseaddr(letter.sender)[1]
        if others := _addresses([each for each in dict.fromkeys(copied) if each != ours]):
            made["Cc"] = others
        return self._filed(Posted(None, to.thread, at, made, to.number), to, text)

    def _still_waits(self, number: int, since: int) -> bool:
        """Whether a mail came and had no answer from that minute on."""
        moment = self.scenario.calendar.begin + timedelta(minutes=since)
        return self.mail(number) is not None and not self.is_answered(number, moment)

    def _made(self, letter: Letter, at: datetime, name: str) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"] = _addresses([letter.sender])
        made["To"] = _addresses([letter.to or self.scenario.mailbox])
        if letter.cc:
            made["Cc"] = _addresses(letter.cc)
        made["Date"] = format_datetime(at.astimezone(ZoneInfo(self.scenario.calendar.zone)))
        made["Message-ID"] = f"<{name}@{parseaddr(letter.sender)[1].rpartition('@')[2]}>"
        if letter.subject:
            made["Subject"] = letter.subject
        return made

    def _filed(self, posted: Posted, parent: Posted | None, text: str) -> Posted:
        made = posted.message
        if parent is not None:
            head = str(parent.message["Subject"])
            if "Subject" not in made:
                made["Subject"] = head if head.lower().startswith("re: ") else f"Re: {head}"
            last = parent.message
            made["In-Reply-To"] = str(last["Message-ID"])
            made["References"] = f"{last['References'] or ''} {last['Message-ID']}".strip()
        made.set_content(text.strip() + "\n", charset="utf-8", cte="quoted-printable")
        self.posted.append(posted)
        return posted

    def _last_of(self, number: int | None) -> Posted | None:
        """The newest mail in the thread of a mail: what its next writer would answer to."""
        begun = self.mail(number) if number else None
        return next((p for p in reversed(self.posted) if begun is not None and p.thread == begun.thread), None)


def _addresses(texts: "tuple[str, ...] | list[str]") -> tuple[Address, ...]:
    return tuple(Address(name, addr_spec=address) for name, address in getaddresses(texts) if address)
