"""Measures a raw mail by its bytes before any parser sees it: what is refused, what is cut, what is read apart."""

import re
from dataclasses import dataclass

from config.settings import Limits
from ingest.mail import Unreadable

SOFT_BYTES = 262_144
"""Above this size a mail is read in the child process: parsing takes 10 ms and more, and ten times its size."""
SOFT_PARTS = 100
"""Delimiter lines above this number are unusual enough for the child process."""
SOFT_LINE_BYTES = 65_536
"""A mail this much larger than its number of lines explains has a line that no mail program writes."""

MOST_PARAMETERS = 500
"""Semicolons in one Content-Type inside the mail; the library splits them in time that grows with their square."""

_HEAD_ENDS = (b"\n\n", b"\n\r\n", b"\r\n\r\n", b"\r\r")
# The next two run on lower-cased bytes: a literal beginning is searched ten times faster than a case-blind one.
_MIME_FIELD = re.compile(rb"\ncontent-(?:type|disposition|transfer-encoding|id):[^\n]*(?:\n[ \t][^\n]*)*")
_CONTAINER = re.compile(rb"\ncontent-type:\s*(?:multipart/|message/)")
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{0,300})\"|([^\s;\"]{1,300}))", re.IGNORECASE)
_DELIMITER = re.compile(rb"\n--[^\n]{1,300}")
_FIELD_START = re.compile(rb"(?<=\n)(?=[^ \t\r\n])")
_LIST_FIELD = re.compile(rb"(?:from|to|cc|bcc|reply-to|delivered-to)\s*:", re.IGNORECASE)
_IDS_FIELD = re.compile(rb"(?:references|in-reply-to)\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Gate:
    """What passed: `data` is what the parser gets (over-long header fields cut), `body_at` where its body begins.

    `apart` asks for the child process; `cut` names the header fields that were shortened, in lower case.
    """

    data: bytes
    body_at: int
    apart: bool
    cut: tuple[str, ...] = ()


def check(raw: bytes, limits: Limits) -> Gate:
    """Measure `raw` in linear time.

    Raises Unreadable for an empty mail and for what is past a bound of `limits` that no real mail reaches.
    """
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    if start == len(raw):
        raise Unreadable("empty", "The mail holds no bytes but line ends; fetch it again or drop it.")
    _at_most("mail_bytes", len(raw), limits.mail_bytes, "bytes")
    body_at = _body_at(raw, start, limits.header_block_bytes)
    head = raw[start:body_at]
    _at_most("header_block_bytes", len(head), limits.header_block_bytes, "bytes of header")
    _at_most("header_lines", max(head.count(b"\n"), head.count(b"\r")), limits.header_lines, "lines of header")
    odd = _measure_body(raw, body_at, limits)
    cut: tuple[str, ...] = ()
    if len(head) > limits.header_bytes:
        head, cut = _cut_fields(head, limits.header_bytes)
    data = head + raw[body_at:] if cut or start else raw
    return Gate(data, len(head), odd or bool(cut) or len(raw) > SOFT_BYTES, cut)


def _body_at(raw: bytes, start: int, bound: int) -> int:
    """Where the body begins; the end of the mail when no blank line ends a header block of `bound` bytes."""
    last, found = start + bound, len(raw)
    for mark in _HEAD_ENDS:
        # Only in front of what was found so far: a mark that the mail never uses is not looked for in its whole body.
        at = raw.find(mark, start, last + len(mark))
        if at >= 0:
            last, found = at - 1, at + len(mark)
    return found


def _at_most(code: str, measured: int, bound: int, what: str) -> None:
    """Refuse what is past a bound."""
    if measured > bound:
        raise Unreadable(code, f"The mail has more than the {bound:,} {what} that are read (limits.{code}).")


def _measure_body(raw: bytes, body_at: int, limits: Limits) -> bool:
    """Check lines, parts and depth of the whole mail; True when it is odd enough for the child process."""
    newlines, returns = raw.count(b"\n"), raw.count(b"\r")
    pairs = raw.count(b"\r\n") if returns else 0
    _at_most("body_lines", newlines + returns - pairs, limits.body_lines, "lines")
    if returns != pairs:
        # The parser ends lines at a bare CR too, so the patterns below must see them as lines.
        body_at -= raw.count(b"\r\n", 0, body_at)
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    raw = b"\n" + raw
    low = raw.lower()
    fields = list(_MIME_FIELD.finditer(low))
    for field in fields:
        if field.start() >= body_at - 1:
            _at_most("header_bytes", len(field[0]), limits.header_bytes, "bytes in one header field of a part")
            if field[0].count(b";") > MOST_PARAMETERS:
                raise Unreadable("parameters", f"A part of the mail has more than {MOST_PARAMETERS} parameters.")
    containers = [field for field in fields if _CONTAINER.match(field[0])]
    delimiters = raw.count(b"\n--")
    if len(containers) > limits.mime_depth or delimiters > limits.boundary_lines:
        depth, parts = _mime_shape(raw, containers)
        _at_most("mime_depth", depth, limits.mime_depth, "levels of nested parts")
        _at_most("boundary_lines", parts, limits.boundary_lines, "part delimiters")
    return (
        returns != pairs
        or len(containers) > limits.mime_depth
        or delimiters > SOFT_PARTS
        or len(raw) > SOFT_LINE_BYTES + SOFT_LINE_BYTES * newlines // 64
        or b"ms-tnef" in low
        or b"winmail.dat" in low
    )


def _mime_shape(raw: bytes, containers: list[re.Match[bytes]]) -> tuple[int, int]:
    """Deepest nesting and number of delimiter lines, by one pass over container headers and `--` lines.

    A container whose boundary cannot be read is never closed, so that the figure errs on the deep side.
    """
    marks = [(field.start(), field.end(), True) for field in containers]
    marks += [(line.start(), line.end(), False) for line in _DELIMITER.finditer(raw)]
    stack: list[bytes] = []
    level: dict[bytes, int] = {}
    deepest = delimiters = 0
    for start, end, opens in sorted(marks):
        if opens:
            found = _BOUNDARY.search(raw, start, end)
            name = (found and (found[1] or found[2])) or b"\n%d" % start
            stack.append(name.rstrip())
            level.setdefault(name.rstrip(), len(stack))
            deepest = max(deepest, len(stack))
            continue
        line = raw[start + 3 : end].rstrip()
        name = line if line in level else line.removesuffix(b"--")
        if name in level:
            delimiters += 1
            keep = level[name] - (name != line)
            _close(stack, level, keep)
    return deepest, delimiters


def _close(stack: list[bytes], level: dict[bytes, int], keep: int) -> None:
    """Leave only the outer `keep` containers open."""
    for name in stack[keep:]:
        if level.get(name, 0) > keep:
            del level[name]
    del stack[keep:]


def _cut_fields(head: bytes, bound: int) -> tuple[bytes, tuple[str, ...]]:
    """Shorten each header field over `bound` bytes; the raw mail keeps it whole."""
    block = head.rstrip(b"\r\n")
    end = head[len(block) :]
    fields = _FIELD_START.split(block)
    names = []
    for index, field in enumerate(fields):
        if len(field) > bound:
            fields[index] = _cut_field(field, bound)
            names.append(field.partition(b":")[0][:40].decode("ascii", "replace").strip().lower())
    return b"".join(fields).rstrip(b"\r\n") + end, tuple(dict.fromkeys(names))


def _cut_field(field: bytes, bound: int) -> bytes:
    """The first addresses of an address list, the first and the last ids of References, else the beginning."""
    end = b"\r\n" if field.endswith(b"\r\n") else b"\n"
    if _IDS_FIELD.match(field):
        name, _, value = field.partition(b":")
        first = value.split(b">", 1)[0][: bound // 4] + b">"
        rest = value[-(bound - len(name) - len(first) - 8) :].rstrip()
        return name + b":" + first + b" " + rest[max(rest.find(b"<"), 0) :] + end
    kept = field[: bound - 2]
    if _LIST_FIELD.match(field) and b"," in kept:
        kept = kept[: kept.rindex(b",")]
    return kept.rstrip() + end
