"""Files a mail where a person can read it: the mail itself, and its text and HTML parts beside it."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

SHOWN = ("From", "To", "Reply-To", "Subject", "Date")


def file_mail(folder: Path, raw: bytes) -> Path:
    """Write NAME.eml, NAME.txt and, when it has HTML, NAME.html; the path of the .eml.

    Names sort by arrival and say what and for whom: `0007-ESC-3-maria.lindqvist`.

    Raises:
        OSError: the disk is full or the folder cannot be written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    path = folder / f"{_next_number(folder):04d}-{_about(message)}-{_recipient(message)}.eml"
    text, html = (_part(message, kind) for kind in ("plain", "html"))
    if html:
        _write(path.with_suffix(".html"), html.encode())
    head = "".join(f"{name}: {message[name]}\n" for name in SHOWN if message[name])
    _write(path.with_suffix(".txt"), f"{head}\n{text}".encode(errors="replace"))
    _write(path, raw)
    return path


def _next_number(folder: Path) -> int:
    return max((int(path.name.partition("-")[0]) for path in folder.glob("[0-9][0-9][0-9][0-9]*-*.eml")), default=0) + 1


def _about(message: EmailMessage) -> str:
    """The escalation's number, or the first word of the subject: letters, digits and dashes only."""
    subject = str(message["Subject"] or "")
    if "digest" in subject.lower():
        return "digest"
    found = re.search(r"\bESC-\d+", subject) or re.search(r"[A-Za-z]{3,20}", subject)
    return found[0] if found else "mail"


def _recipient(message: EmailMessage) -> str:
    local = str(message["To"] or "").rpartition("<")[2].partition("@")[0]
    return re.sub(r"[^A-Za-z0-9.]+", "-", local).strip("-.")[:40] or "somebody"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _write(path: Path, data: bytes) -> None:
    # Renamed into place, so that who lists the folder never reads half a mail.
    half = path.with_name(f".{path.name}.part")
    try:
        half.write_bytes(data)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
