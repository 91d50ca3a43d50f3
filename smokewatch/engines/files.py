"""Files a mail where a person can read it: the mail itself, and its text and HTML parts beside it."""

import email
import email.policy
import os
import re
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

SHOWN = ("From", "To", "Reply-To", "Subject", "Date")


def file_mail(folder: Path, raw: bytes, now: datetime) -> Path:
    """Write NAME.eml, NAME.txt and, when it has HTML, NAME.html; the path of the .eml.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    path = _free(folder / f"{now:%Y-%m-%d_%H%M%S}_{_slug(message)}.eml")
    text, html = (_part(message, kind) for kind in ("plain", "html"))
    if html:
        _write(path.with_suffix(".html"), html.encode())
    head = "".join(f"{name}: {message[name]}\n" for name in SHOWN if message[name])
    _write(path.with_suffix(".txt"), f"{head}\n{text}".encode(errors="replace"))
    _write(path, raw)
    return path


def _slug(message: EmailMessage) -> str:
    """Recipient and subject as a file name: letters, digits, dots and dashes only."""
    recipient = str(message["To"] or "").rpartition("<")[2].partition("@")[0]
    words = f"{recipient}_{message['Subject'] or 'no subject'}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-.")[:70] or "mail"


def _free(path: Path) -> Path:
    count, found = 1, path
    while found.exists():
        count += 1
        found = path.with_stem(f"{path.stem}-{count}")
    return found


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _write(path: Path, data: bytes) -> None:
    # Renamed into place, so that who lists the folder never reads half a mail.
    half = path.with_name(f".{path.name}.part")
    try:
        half.write_bytes(data)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
