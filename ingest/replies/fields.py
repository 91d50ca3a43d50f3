"""Reads the raw header fields of a mail, in order and with repeats: the checks must not trust a parser's repairs."""

import re
from dataclasses import dataclass

MOST_BYTES = 262_144
"""A header of a person's reply is a tenth of this; more is refused rather than searched."""

_LINE = re.compile(rb"\r\n|\r|\n")
_NAME = re.compile(r"([!-9;-~]+)[ \t]*:")


@dataclass(frozen=True)
class Field:
    """One header field: its name in lower case, its value unfolded, each octet as one character."""

    name: str
    value: str


def header_fields(raw: bytes) -> tuple[Field, ...]:
    """All fields from the top down; none when the header does not end within `MOST_BYTES` or holds a line that is none.

    A lone carriage return ends a line too: some programs see a second From there, so it must be seen here.
    """
    fields: list[Field] = []
    for line in _header_lines(raw) or ():
        if line[:1] in {" ", "\t"} and fields:
            fields[-1] = Field(fields[-1].name, fields[-1].value + line)
            continue
        name = _NAME.match(line)
        if name is None:
            return ()
        fields.append(Field(name[1].lower(), line[name.end() :]))
    return tuple(fields)


def _header_lines(raw: bytes) -> list[str] | None:
    head = raw[:MOST_BYTES]
    lines = _LINE.split(head)
    if b"" not in lines:
        return None if len(raw) > MOST_BYTES else _text(lines)
    return _text(lines[: lines.index(b"")])


def _text(lines: list[bytes]) -> list[str]:
    """A leading mbox line (`From x@y Mon ...`) is no header field."""
    text = [line.decode("latin-1") for line in lines if line]
    is_mbox = bool(text) and text[0].startswith("From ") and not _NAME.match(text[0])
    return text[1:] if is_mbox else text
