"""Read a delivery report: who was not reached, for good or for now, and which of our mails it is about."""

import re
from collections.abc import Iterator
from email.message import Message

from ingest.mail import Bounce

PARTS = 50
"""Parts of a report that are looked at; RFC 3462 has three."""
RECIPIENTS = 50
"""Most addresses taken from one report."""
TEXT_CHARACTERS = 65_536
"""Text of a report without form that is searched."""
LINE_CHARACTERS = 1_000

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])(\d\d)[ -](?!\d)")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}")
_MESSAGE_ID = re.compile(r"(?i)^[ \t>]*message-id: ?(<[^<>\s]{1,500}>)", re.MULTILINE)
_REACHED = frozenset({"delivered", "relayed", "expanded"})
_NOBODY = re.compile(
    r"(?i)user (?:is )?unknown|unknown (?:user|recipient|address|mailbox|local)|no such (?:user|mailbox|address|recipient|person)|"
    r"does ?n[o']t exist|does not have an account|not (?:a valid|listed in)|invalid (?:recipient|mailbox|address)|"
    r"mailbox (?:not found|unavailable|does not)|recipient (?:rejected|not found)|account (?:has been )?(?:disabled|deleted)|"
    r"not our customer|no mailbox|address (?:unknown|rejected)|recipnotfound|unrouteable|host (?:unknown|not found)|"
    r"domain (?:not found|does not exist)|couldn't find any host|no such domain|unrouteable mail domain"
)
_FULL = re.compile(r"(?i)quota|mailbox (?:is )?full|over ?quota|out of (?:disk|storage)|storage|too (?:large|big)|insufficient")
_LATER = re.compile(r"(?i)delayed|still being retried|will be retried|temporar|try again later|deferred|greylist")
_NO_ADDRESS = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4", "5.2.1"})
"""Statuses of RFC 3463 and 7505 that say the address is no good; a full mailbox (5.2.2) or a refused text (5.7.1) may pass."""
_BACK_TO = re.compile(r"(?i)^-+ ?(?:original|this is a copy|undelivered|returned|the unsent|below this line|body of)|^--- |^received: ")


def read_bounce(message: Message) -> Bounce | None:
    """The report in `message` (RFC 3464, or the plain text of common mail servers); None when it names no failure.

    `hard` means that the address is no good: status class 5 with an address status, or class 5 without detail and
    a text that says so. Other failures may pass, whatever their class, and are not hard.
    """
    parts = list(_parts(message))
    original = _original_id(parts)
    blocks = [block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    text = next((_text(part) for part in parts if part.get_content_maintype() == "text"), "")
    found = _from_blocks(blocks, text) if blocks else None
    if found is None and blocks and all(block.get("Action", "").strip().lower() in _REACHED for block in blocks[1:] or blocks):
        return None
    recipients, status = found or _from_text(message, text)
    if not recipients and not status:
        return None
    return Bounce(recipients, status, _is_hard(status, text), original or _id_in_text(text))


def _parts(message: Message) -> Iterator[Message]:
    """The parts of the report, not those of the mail it returns."""
    waiting = [message]
    for _ in range(PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        content = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting.extend(inner for inner in content[:PARTS] if isinstance(inner, Message))


def _blocks(part: Message) -> list[Message]:
    """The field blocks of a delivery-status part; the first is about the mail, the others each about a recipient."""
    content = part.get_payload()
    return [block for block in content[: RECIPIENTS + 1] if isinstance(block, Message)] if isinstance(content, list) else []


def _from_blocks(blocks: list[Message], text: str) -> tuple[tuple[str, ...], str] | None:
    recipients: dict[str, None] = {}
    status = ""
    for block in blocks:
        field = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
        if not field or str(block.get("Action", "")).strip().lower() in _REACHED:
            continue
        for address in _ADDRESS.findall(field[:LINE_CHARACTERS].rpartition(";")[2])[:1]:
            recipients[address.lower()] = None
        diagnostic = str(block.get("Diagnostic-Code", ""))[:LINE_CHARACTERS]
        status = status or _status(str(block.get("Status", "")), diagnostic, text)
    return (tuple(recipients), status) if recipients or status else None


def _status(field: str, diagnostic: str, text: str) -> str:
    """The most telling status: servers write 5.0.0 where the diagnostic text knows more."""
    stated = _STATUS.search(field[:LINE_CHARACTERS])
    if stated and stated[0][2:] != "0.0":
        return stated[0]
    said = _STATUS.search(diagnostic)
    if said and (not stated or said[1] == stated[1]):
        return said[0]
    return _detailed(stated[1], diagnostic or text) if stated else _status_of_text(diagnostic or text)


def _detailed(status_class: str, text: str) -> str:
    if status_class == "5" and _FULL.search(text[:TEXT_CHARACTERS]):
        return "5.2.2"
    if status_class == "5" and _NOBODY.search(text[:TEXT_CHARACTERS]):
        return "5.1.1"
    return f"{status_class}.0.0"


def _status_of_text(text: str) -> str:
    """The status in a report without form: an enhanced status, else a reply code, else what the words say."""
    enhanced = _STATUS.search(text)
    if enhanced:
        return enhanced[0] if enhanced[0][2:] != "0.0" else _detailed(enhanced[1], text)
    code = _REPLY_CODE.search(text)
    if code:
        return _detailed(code[1], text)
    return "4.0.0" if _LATER.search(text) and not _NOBODY.search(text) else _detailed("5", text)


def _from_text(message: Message, text: str) -> tuple[tuple[str, ...], str]:
    named = _ADDRESS.findall(str(message.get("X-Failed-Recipients", ""))[:TEXT_CHARACTERS])
    report = "\n".join(_report_lines(text))
    found = named or [address for line in report.split("\n") for address in _address_at_start(line)]
    return tuple(dict.fromkeys(address.lower() for address in found))[:RECIPIENTS], _status_of_text(report) if report else ""


def _report_lines(text: str) -> Iterator[str]:
    """The lines above the returned mail."""
    for number, line in enumerate(text.split("\n")):
        if number > 2 and _BACK_TO.match(line):  # noqa: PLR2004
            return
        yield line[:LINE_CHARACTERS]


def _address_at_start(line: str) -> list[str]:
    """The address that a line is about: qmail and Postfix write `<a@b>:`, Exim indents it, others write `To: a@b`."""
    core = line.strip(" \t<>*-").removeprefix("To: ").removeprefix("Recipient: ").strip(" <")
    found = _ADDRESS.match(core)
    return [found[0].rstrip(".")] if found else []


def _text(part: Message) -> str:
    """The decoded text of a part; reports are ASCII, and what is not may be replaced."""
    content = part.get_payload(decode=True)
    return content[:TEXT_CHARACTERS].decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(content, bytes) else ""


def _original_id(parts: list[Message]) -> str:
    """The Message-ID in the returned mail or its headers."""
    for part in parts:
        kind = part.get_content_type()
        content = part.get_payload()
        if kind == "message/rfc822" and isinstance(content, list) and content and isinstance(content[0], Message):
            return str(content[0].get("Message-ID", "")).strip()[:LINE_CHARACTERS]
        if kind in ("text/rfc822-headers", "message/rfc822-headers"):
            return _id_in_text(_text(part)) or _id_in_text(str(content)[:TEXT_CHARACTERS])
    return ""


def _id_in_text(text: str) -> str:
    found = _MESSAGE_ID.search(text)
    return found[1] if found else ""


def _is_hard(status: str, text: str) -> bool:
    return status in _NO_ADDRESS
