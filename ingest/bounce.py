"""Read a delivery report: who was not reached, for good or for now, and which of our mails it is about."""

import re
from collections.abc import Iterator
from email.message import Message

from ingest.headerview import parts_of
from ingest.mail import Bounce

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
    r"(?i)user (?:is )?unknown|unknown (?:user|recipient|address|mailbox|local)|does ?n[o']t exist|"
    r"no such (?:user|mailbox|address|recipient|person|local user|domain)|does not have an account|"
    r"not (?:a valid|listed in|our customer)|invalid (?:recipient|mailbox|address)|mailbox (?:not found|does not)|"
    r"recipient (?:rejected|not found)|recipient name is not recognized|account (?:has been )?(?:disabled|deleted)|"
    r"no mailbox|address (?:unknown|rejected)|recipnotfound|unrouteable|host (?:unknown|not found)|"
    r"domain (?:not found|does not exist|name not found)|find any host|unable to resolve|"
    r"not (?:exist|known) (?:here|at)|user .{1,80} not (?:listed|found)"
)
_FULL = re.compile(r"(?i)quota|mailbox (?:is )?full|out of (?:disk|storage)|storage|too (?:large|big)|insufficient")
_LATER = re.compile(
    r"(?i)delayed|retry timeout|timed out|expired|giving up|gave up|still being retried|will be retried|temporar|"
    r"try again later|deferred|greylist"
)
_NO_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.351", "5.4.4"})
"""Statuses (RFC 3463, RFC 7505) of an address that is no good; a full mailbox or a refused text may pass."""
_VAGUE = frozenset({"5.0.0", "5.1.0", "5.2.1", "5.3.0", "5.4.1", "5.5.0"})
"""Statuses that servers give for anything: the words decide."""
_RETURNED = re.compile(
    r"(?i)-+ ?(?:original|this is a copy|undelivered|returned|the unsent|the header of|"
    r"below this line|body of)|received: "
)


def read_bounce(message: Message) -> Bounce | None:
    """The report in `message` (RFC 3464, or the plain text of common mail servers); None when it names no failure.

    `hard` means that the address is no good, by its status or, where that is vague, by the words. Other failures
    may pass, whatever their class, and are not hard.
    """
    parts = list(parts_of(message))
    # A multipart without its boundary is one text.
    text = next((_text(part) for part in parts if isinstance(part.get_payload(), str)), "")
    blocks = [block for part in parts for block in _blocks(part)]
    recipients, status = _from_blocks(blocks, text)
    if not recipients and not status:
        if any(_action(block) in _REACHED for block in blocks):
            return None
        recipients, status = _from_text(message, text)
    if not recipients and not status:
        return None
    return Bounce(recipients, status, _is_hard(status, text), _original_id(parts) or _id_in_text(text))


def _blocks(part: Message) -> list[Message]:
    """The field blocks of a delivery-status part; the first is about the mail, the others each about a recipient."""
    content = part.get_payload()
    if part.get_content_type() != "message/delivery-status" or not isinstance(content, list):
        return []
    return [block for block in content[: RECIPIENTS + 1] if isinstance(block, Message)]


def _action(block: Message) -> str:
    return str(block.get("Action", "")).strip().lower()


def _from_blocks(blocks: list[Message], text: str) -> tuple[tuple[str, ...], str]:
    """The recipients that were not reached, and the first one's status."""
    recipients: dict[str, None] = {}
    status = ""
    for block in blocks:
        field = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
        if not field or _action(block) in _REACHED:
            continue
        for address in _ADDRESS.findall(field[:LINE_CHARACTERS].rpartition(";")[2])[:1]:
            recipients[address.lower()] = None
        diagnostic = str(block.get("Diagnostic-Code", ""))[:LINE_CHARACTERS]
        status = status or _status(str(block.get("Status", "")), diagnostic, text)
    return tuple(recipients), status


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
    """The same from a report without form: the header that Exim and Gmail add, else the lines of the text."""
    named = _ADDRESS.findall(str(message.get("X-Failed-Recipients", ""))[:TEXT_CHARACTERS])
    report = "\n".join(_report_lines(text))
    found = named or [address for line in report.split("\n") for address in _address_at_start(line)]
    if not found:
        ours = {address.lower() for address in _ADDRESS.findall(str(message.get("To", ""))[:LINE_CHARACTERS])}
        found = [address for address in _ADDRESS.findall(report) if address.lower() not in ours][:1]
    recipients = tuple(dict.fromkeys(address.lower() for address in found))[:RECIPIENTS]
    return recipients, _status_of_text(report) if report else ""


def _report_lines(text: str) -> Iterator[str]:
    """The lines above the returned mail."""
    for number, line in enumerate(text.split("\n")):
        if number > 2 and _RETURNED.match(line):  # noqa: PLR2004
            return
        yield line[:LINE_CHARACTERS]


def _address_at_start(line: str) -> list[str]:
    """The address that a line is about: qmail and Postfix write `<a@b>:`, Exim indents it, others write `To: a@b`."""
    core = line.strip(" \t<>*-\"'").removeprefix("Recipient address: ").removeprefix("Recipient: ").strip(" <[")
    found = _ADDRESS.match(core)
    return [found[0].rstrip(".")] if found else []


def _text(part: Message) -> str:
    """The decoded text of a part; reports are ASCII, and what is not may be replaced."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return content[:TEXT_CHARACTERS].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


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
    """Whether the address is no good, and not only this mail or this day."""
    return status in _NO_ADDRESS or (status in _VAGUE and bool(_NOBODY.search(text)) and not _FULL.search(text))
