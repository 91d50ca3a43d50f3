"""Makes the evidence pack of one escalation: a zip that can be read and checked without this program."""

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Limits
from ingest.attachments import safe_name
from ingest.mail import Unreadable
from ingest.read import attachment_bytes
from smokewatch import packfacts
from smokewatch.packfacts import Mail
from smokewatch.packpage import Page, write_page
from store.files import Blob, Document
from store.hanging import files_of
from store.mail import Attachment, RawMail
from store.people import Team
from store.record import Escalation
from workflow.dates import When

_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip, the earliest it can hold: the same record gives the same bytes."""
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_README = """\
This is the record of {number} as Smokewatch kept it.

timeline.html      everything in order, to read and to print; it fetches nothing
timeline.json      the same for programs
record.json        the escalation and all that hangs on it
mails/             every mail as it came (.eml), named by number, day and direction
files/             attachments and documents, named by the beginning of their SHA-256
files.json         where each file comes from
closeouts/         every version of the post-mortem
audit/             the audit rows as they were hashed, and what checking them gave
redactions.json    mails whose content is no longer kept
manifest.json      every file of this pack with its SHA-256
verify.py          checks all of it: python3 verify.py

How a row is hashed: each of its ten fields as text with its length and a colon in front ("-:" where it is
empty), joined by "|", in the order stream, seq, at, actor, channel, action, from_value, to_value, reason, detail;
then SHA-256 over the hash of the row before (nothing for the first) and this text in UTF-8.
"""


@dataclass(frozen=True)
class Packed:
    """What a pack holds: how many mails, files and audit rows, how many mails are no longer kept."""

    mails: int
    files: int
    rows: int
    redacted: int
    holds: bool


@dataclass
class _Zip:
    """Writes files into the zip and keeps the manifest."""

    archive: zipfile.ZipFile
    manifest: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, path: str, data: bytes) -> None:
        """Add one file, always with the same bytes for the same data."""
        entry = zipfile.ZipInfo(path, _MADE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # Unix, on whatever system the pack is made
        entry.external_attr = 0o100644 << 16
        self.archive.writestr(entry, data, compresslevel=6)
        self.manifest[path] = {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def add_json(self, path: str, data: Any) -> None:
        """Add one file of JSON."""
        self.add(path, _json(data))


def pack(session: Session, esc: Escalation, out: IO[bytes], limits: Limits, now: datetime) -> Packed:
    """Write the pack of the escalation. The transaction should see one state of the database throughout."""
    with zipfile.ZipFile(out, "w") as archive:
        return _Packer(session, esc, _Zip(archive), limits).all_of_it(now)


class _Packer:
    """One pack being made."""

    def __init__(self, session: Session, esc: Escalation, target: _Zip, limits: Limits) -> None:
        self.session, self.esc, self.zip, self.limits = session, esc, target, limits
        self.mails = packfacts.mails(session, esc)

    def all_of_it(self, now: datetime) -> Packed:
        """Every part in its order; the manifest comes last."""
        record = packfacts.record(self.session, self.esc, now)
        streams = packfacts.streams_of(self.session, self.esc)
        chains = {stream: packfacts.chain(self.session, stream) for stream in streams}
        verification = packfacts.verification(self.session, streams)
        redacted = packfacts.redactions(self.mails)
        paths = self._mails()
        listed = self._files(paths)
        self._page(record, (paths, listed, redacted, verification, chains[self.esc.number]))
        self.zip.add_json("record.json", record)
        self._closeouts(record["closeouts"])
        for stream, rows in chains.items():
            self.zip.add_json(f"audit/{stream}.json", rows)
        self.zip.add_json("audit/verification.json", verification)
        self.zip.add_json("files.json", listed)
        self.zip.add_json("redactions.json", redacted)
        self.zip.add("README.txt", _README.format(number=self.esc.number).encode())
        self.zip.add("verify.py", files("smokewatch").joinpath("pack_verify.py").read_bytes())
        held = sum(1 for each in listed if each["path"])
        entries = [self.zip.manifest[path] for path in sorted(self.zip.manifest)]
        self.zip.add_json("manifest.json", {"escalation": self.esc.number, "files": entries})
        count = sum(map(len, chains.values()))
        return Packed(len(paths), held, count, len(redacted), verification["holds"])

    def _page(self, record: dict[str, Any], parts: tuple[Any, ...]) -> None:
        paths, listed, redacted, verification, chain = parts
        team = None if self.esc.team_id is None else self.session.get(Team, self.esc.team_id)
        zone = When(self.esc.opened_at, team.zone if team else "UTC").tz
        events = packfacts.events(self.session, self.esc)
        page = Page(record, self.mails, events, paths, listed, redacted, verification, chain, zone)
        self.zip.add("timeline.html", write_page(page).encode())
        told = [each.to_json() | {"file": paths.get(each.facts.get("message", 0), "")} for each in events]
        self.zip.add_json("timeline.json", [each if each["file"] else _without(each, "file") for each in told])

    def _mails(self) -> dict[int, str]:
        """Add every mail as it came; where each lies, by the id of the message."""
        paths: dict[int, str] = {}
        for number, mail in enumerate(self.mails, start=1):
            if mail.emptied:
                continue
            path = f"mails/{number:04}_{mail.sent_at:%Y-%m-%d}_{_PLAIN.sub('-', mail.direction)}.eml"
            self.zip.add(path, self._raw(mail))
            paths[mail.id] = path
        return paths

    def _raw(self, mail: Mail) -> bytes:
        return self.session.execute(select(RawMail.body).where(RawMail.id == mail.raw_id)).scalar_one()

    def _files(self, paths: Mapping[int, str]) -> list[dict[str, Any]]:
        """Add every attachment and document once by its content; a line for each place it was found at."""
        by_id = {mail.id: mail for mail in self.mails}
        kept = packfacts.attachments(self.session, list(paths))
        listed = [self._attachment(each, by_id[each.message_id]) for each in kept]
        return listed + [self._document(each.id) for each in files_of(self.session, self.esc.id)]

    def _attachment(self, row: Attachment, mail: Mail) -> dict[str, Any]:
        line = self._line(row.name, row.sha256.hex(), row.size, mail.name or mail.sender, mail.sent_at)
        try:
            data = attachment_bytes(self._raw(mail), row.position, self.limits)
        except Unreadable as error:
            return line | {"message_id": mail.message_id, "problem": str(error)}
        return self._filed(line | {"message_id": mail.message_id}, data)

    def _document(self, document_id: int) -> dict[str, Any]:
        row, data = self.session.execute(
            select(Document, Blob.body).join(Blob, Blob.sha256 == Document.sha256).where(Document.id == document_id)
        ).one()
        line = self._line(row.name, row.sha256.hex(), len(data), "the record", row.at)
        line |= {"target": row.target, "target_id": row.target_id}
        return self._filed(line, data) if data else line | {"problem": "its content is no longer kept"}

    def _line(self, name: str, sha256: str, size: int, origin: str, at: datetime) -> dict[str, Any]:
        return {
            "name": name, "sha256": sha256, "size": size, "origin": origin, "at": at.isoformat(), "path": "",
            "problem": "",
        }  # fmt: skip

    def _filed(self, line: dict[str, Any], data: bytes) -> dict[str, Any]:
        if hashlib.sha256(data).hexdigest() != line["sha256"]:
            return line | {"problem": "its bytes are not those that were listed when the mail was read"}
        known = next((path for path in self.zip.manifest if path.startswith(f"files/{line['sha256'][:16]}_")), None)
        if known is None:
            # A name from outside is data: no path, no odd characters, and never the whole name of the entry.
            plain = _PLAIN.sub("-", safe_name(line["name"], 0, ""))[-80:].lstrip(".-") or "file"
            known = f"files/{line['sha256'][:16]}_{plain}"
            self.zip.add(known, data)
        return line | {"path": known}

    def _closeouts(self, versions: list[dict[str, Any]]) -> None:
        for each in versions:
            parts = ("root_cause", "resolution", "customer_impact", "internal_impact", "lessons")
            text = "\n\n".join(f"{name.replace('_', ' ').upper()}\n{each[name]}" for name in parts if each[name])
            head = f"{self.esc.number} closeout v{each['version']}, {each['person_id'] or 'smokewatch'}, {each['at']}"
            self.zip.add(f"closeouts/v{each['version']}.txt", f"{head}\n\n{text}\n".encode())


def _without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()
