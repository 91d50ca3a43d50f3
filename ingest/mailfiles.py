"""Finds the mails in files: mbox, Maildir, a folder of .eml, or one .eml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.settings import Limits
from ingest.fetch import PART_BYTES

_SEPARATOR = re.compile(rb"From .*\d{1,2}:\d\d(?::\d\d)?.*\d{4}\s*$")
"""A From_ line as opposed to a sentence that begins with From: it carries a time and a year (RFC 4155)."""

_ESCAPED = re.compile(rb">+From ")
"""A line of text that the writer of an mbox put a `>` before, lest it be taken for a From_ line (mboxrd)."""

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_LINE_BYTES = 1_048_576


@dataclass(frozen=True)
class Source:
    """One mail found in a file: its bytes, at least the first of them, and its true size."""

    raw: bytes
    size: int


@dataclass(frozen=True)
class MailFiles:
    """Reads mails no larger than `limits` allow; `skipped` fills up with files passed over, each with the reason."""

    limits: Limits = field(default_factory=Limits)
    skipped: list[str] = field(default_factory=list)

    def walk(self, path: Path) -> Iterator[Source]:
        """Every mail at `path`, an mbox, a Maildir, a folder of .eml files or one .eml. Raises `OSError`."""
        if not path.is_dir():
            yield from self._file(path)
            return
        for found in sorted(path.rglob("*")):
            # What lies in a Maildir's tmp is still being written.
            if found.is_file() and found.parent.name != "tmp":
                yield from self._file(found)

    def _file(self, path: Path) -> Iterator[Source]:
        """The mails of one file, told by its first line: a From_ line (mbox), a header field, or the name's ending."""
        with path.open("rb") as stream:
            first = stream.readline(1000)
            stream.seek(0)
            if _SEPARATOR.match(first):
                yield from self._mbox(stream)
            elif _FIELD.match(first) or path.suffix.lower() == ".eml":
                yield self.read(stream)
            else:
                self.skipped.append(f"{path}: neither a mail nor an mbox; its first line is no header field")

    def read(self, stream: IO[bytes]) -> Source:
        """One mail, in part when it is larger than a mail may be."""
        raw = stream.read(self.limits.mail_bytes + 1)
        if len(raw) <= self.limits.mail_bytes:
            return Source(raw, len(raw))
        size = len(raw)
        while more := stream.read(_LINE_BYTES):
            size += len(more)
        return Source(raw[:PART_BYTES], size)

    def _mbox(self, stream: IO[bytes]) -> Iterator[Source]:
        """The mails of an mbox: each begins after a From_ line that follows an empty line or starts the file."""
        lines: list[bytes] = []
        size = 0
        blank, begun = True, False
        while line := stream.readline(_LINE_BYTES):
            if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
                if begun:
                    yield self._cut(lines, size)
                lines, size, blank, begun = [], 0, False, True
                continue
            if _ESCAPED.match(line):
                line = line[1:]
            if size <= self.limits.mail_bytes:
                lines.append(line)
            size += len(line)
            blank = line in (b"\n", b"\r\n")
        if begun:
            yield self._cut(lines, size)

    def _cut(self, lines: list[bytes], size: int) -> Source:
        if size > self.limits.mail_bytes:
            return Source(b"".join(lines)[:PART_BYTES], size)
        if lines and lines[-1] in (b"\n", b"\r\n"):
            # The empty line before a From_ line belongs to the mbox, not to the mail.
            size -= len(lines.pop())
        return Source(b"".join(lines), size)
