"""Writes a manager's answer to one of our filed mails and puts it into the local mailbox, as a mail server would."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path

from config.settings import Settings
from smokewatch.engines import imap, local, smtp


class CannotAnswerError(Exception):
    """There is no mail to answer; the text says what to do."""


def find(settings: Settings, what: str, acting_as: str = "") -> Path:
    """The filed mail meant by a path, a file name or an escalation's number; the newest where several fit.

    Raises:
        CannotAnswerError: none fits.

    """
    folder = local.outbox(settings)
    for path in (Path(what), folder / what, folder / f"{what}.eml"):
        if path.is_file():
            return path.with_suffix(".eml")
    number = re.fullmatch(r"(?:ESC-)?(\d+)", what.strip(), re.IGNORECASE)
    if number is None:
        raise CannotAnswerError(f"There is no mail {what!r} in {folder}: give a file there or a number like ESC-1.")
    fitting = [path for path in sorted(folder.glob("*.eml"), reverse=True) if _fits(path, number[1], acting_as)]
    if not fitting:
        to = f" to {acting_as}" if acting_as else ""
        raise CannotAnswerError(
            f"No mail about ESC-{number[1]}{to} lies in {folder}; `smokewatch list` shows what is open."
        )
    return fitting[0]


def recipient(path: Path) -> str:
    """The address a filed mail went to, in small letters; empty where it cannot be read."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return parseaddr(str(message["To"] or ""))[1].lower()


def reply(original: bytes, text: str, now: datetime) -> bytes:
    """The answer that the recipient's mail program would send: text on top, the alert quoted below.

    Raises:
        CannotAnswerError: the mail names no address to answer to.

    """
    source = email.message_from_bytes(original, policy=email.policy.default)
    if not source["Reply-To"]:
        raise CannotAnswerError("This mail takes no answer (it has no Reply-To): choose an alert or a digest.")
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"] = source["To"]
    answer["To"] = source["Reply-To"]
    subject = str(source["Subject"] or "")
    answer["Subject"] = subject if subject.lower().startswith("re: ") else f"Re: {subject}"
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = make_msgid(domain=str(source["To"]).rpartition("@")[2].rstrip(">") or "localhost")
    answer["In-Reply-To"] = source["Message-ID"]
    answer["References"] = f"{source['References'] or ''} {source['Message-ID']}".strip()
    answer.set_content(f"{text.rstrip()}\n\n{_quoted(source)}", cte="quoted-printable")
    return answer.as_bytes()


def send(settings: Settings, raw: bytes) -> bool:
    """Deliver the answer; true when a running Smokewatch took it, false when it waits for the next start."""
    recipient = str(email.message_from_bytes(raw, policy=email.policy.default)["To"])
    stamped = smtp.stamped(raw, recipient, trusted=True)
    running = local.running_mail(settings)
    if running is not None:
        try:
            imap.Access(running.imap_port, running.imap_password).append(stamped, datetime.now(UTC))
        except OSError:
            pass
        else:
            return True
    imap.put(settings.var / "imap", stamped, datetime.now(UTC))
    return False


def _fits(path: Path, number: str, acting_as: str) -> bool:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    about = re.search(rf"\bESC-{number}\b", str(message["Subject"] or "")) is not None
    return about and bool(message["Reply-To"]) and (not acting_as or acting_as.lower() in str(message["To"]).lower())


def _quoted(source: EmailMessage) -> str:
    part = source.get_body(("plain",))
    text = str(part.get_content()) if part is not None else ""
    intro = f"On {source['Date']}, {source['From']} wrote:\n"
    return intro + "".join(f"> {line}\n" for line in text.splitlines())
