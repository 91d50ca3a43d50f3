"""Reads one raw mail into plain data, in this process when it is ordinary and in the child process when it is not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import Message

from config.settings import Limits
from config.words import MailKind
from ingest import headers, sandbox
from ingest.attachments import Found, files_of
from ingest.automatic import automatic, header_view
from ingest.bounce import read_bounce
from ingest.envelope import Envelope, read_envelope
from ingest.gate import Gate, check
from ingest.htmltext import html_to_text
from ingest.mail import AttachedFile, Bounce, ParsedMail, Unreadable
from ingest.newtext import split_new_text
from ingest.parts import Body, leaves, parse, read_body, tree
from ingest.text import TEXT_BYTES, clean, clean_line

_FORWARD = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|fw|wg|tr|rv|enc|vb|vl|pd|i|doorst)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)


def read_mail(raw: bytes, limits: Limits, own_lists: frozenset[str] = frozenset()) -> ParsedMail:
    """Read `raw`; `own_lists` are the lists through which a support mailbox gets its mail (see `automatic`).

    Raises Unreadable, and nothing else, for a mail that must be parked.
    """
    gate = check(raw, limits)
    if gate.apart:
        return sandbox.read_apart(raw, limits, own_lists)
    return read_here(gate, own_lists)


def attachment_bytes(raw: bytes, position: int, limits: Limits) -> bytes:
    """The bytes of the attachment that `AttachedFile.position` names.

    Raises Unreadable when there is no such attachment or the mail cannot be read.
    """
    gate = check(raw, limits)
    if gate.apart:
        return sandbox.attachment_apart(raw, position, limits)
    return attachment_here(gate, position)


def read_here(gate: Gate, own_lists: frozenset[str], *, apart: bool = False) -> ParsedMail:
    """Read in this process; `apart` says that this is the child, where winmail.dat may be opened."""
    with _parking():
        return _read(gate, own_lists, apart=apart)


def attachment_here(gate: Gate, position: int, *, apart: bool = False) -> bytes:
    """Find one attachment in this process."""
    with _parking():
        root = tree(parse(gate.data))
        for found in files_of(leaves(root), read_body(root).used, open_tnef=apart):
            if isinstance(found, Found) and found.file.position == position:
                return found.data
    raise Unreadable("no_attachment", f"The mail has no attachment at position {position}.")


@contextmanager
def _parking() -> Iterator[None]:
    """Whatever a hostile mail makes a parser raise, it must only be parked."""
    try:
        yield
    except MemoryError as error:
        raise Unreadable("parse_memory", "Reading the mail needs more memory than limits.child_bytes.") from error
    except Exception as error:
        raise Unreadable("parse_error", f"The parser gave up on the mail ({type(error).__name__}).") from error


def _read(gate: Gate, own_lists: frozenset[str], *, apart: bool) -> ParsedMail:
    """The work itself, step by step."""
    message = parse(gate.data)
    fields = headers.fields_of(message)
    key = headers.content_key(fields, gate.data, gate.body_at)
    own_id = headers.message_id(fields, key)
    envelope = read_envelope(fields)
    content = _content(message, apart=apart)
    text = "\n\n".join(content.body.pieces)[:TEXT_BYTES]
    new = split_new_text(text)
    auto, why = _automatic(message, envelope, text, own_lists)
    is_forward = _FORWARD.match(envelope.subject) is not None
    attached_mail = any(found.content_type == "message/rfc822" for found in content.files)
    return ParsedMail(
        message_id=own_id,
        content_key=key,
        from_addresses=envelope.from_addresses,
        from_headers=envelope.from_headers,
        from_plain=envelope.from_plain,
        to=envelope.to,
        cc=envelope.cc,
        reply_to=envelope.reply_to,
        envelope_to=envelope.envelope_to,
        subject=envelope.subject,
        sent_at=envelope.sent_at,
        sent_zone=envelope.sent_zone,
        in_reply_to=headers.referred(fields, "in-reply-to", own_id),
        references=headers.referred(fields, "references", own_id),
        text=text,
        # A forward without a word of its own says what it passes on; a bare answer says nothing, whatever it quotes.
        new_text=new.text or (new.passed_on if is_forward else ""),
        signature=new.signature,
        command_text=content.body.command,
        html=content.body.html,
        auto=auto,
        auto_why=why,
        bounce=_bounce(message) if auto is MailKind.BOUNCE else None,
        forwarded=auto is None and (new.forwarded or attached_mail or is_forward),
        attachments=content.files,
        authentication_results=headers.authentication_results(fields),
        dkim_signatures=len(fields.by_name.get("dkim-signature", ())),
        loop_ids=tuple(clean_line(value) for value in fields.every("x-loop")),
        problems=(*_cut_problems(gate), *envelope.problems, *content.body.problems),
        headers=headers.kept_fields(fields),
    )


def _automatic(
    message: Message, envelope: Envelope, text: str, own_lists: frozenset[str]
) -> tuple[MailKind | None, str]:
    """Which kind of automatic mail it is, and why; (None, "") when a person wrote it."""
    sender = envelope.from_addresses[0].email if envelope.from_addresses else ""
    auto, why = automatic(header_view(message, envelope.subject, sender), text, own_lists)
    return auto, clean_line(why)


def _bounce(message: Message) -> Bounce | None:
    """The delivery report, its texts cleaned like all others."""
    found = read_bounce(message)
    if found is None:
        return None
    return replace(
        found,
        recipients=tuple(clean_line(address, 320) for address in found.recipients),
        status=clean_line(found.status),
        original_message_id=clean_line(found.original_message_id),
    )


@dataclass(frozen=True)
class _Content:
    """Body and files of a mail."""

    body: Body
    files: tuple[AttachedFile, ...]


def _content(message: Message, *, apart: bool) -> _Content:
    """Body and files; a mail whose only text is inside a winmail.dat gets it from there."""
    root = tree(message)
    body = read_body(root)
    files = []
    for found in files_of(leaves(root), body.used, open_tnef=apart):
        if isinstance(found, Found):
            files.append(found.file)
        elif not body.pieces and (found.text or found.html):
            text = clean(found.text) if found.text.strip() else html_to_text(found.html)
            body = replace(body, pieces=(text[:TEXT_BYTES],), html=body.html or clean(found.html)[:TEXT_BYTES])
    return _Content(body, tuple(files))


def _cut_problems(gate: Gate) -> list[str]:
    """A sentence for each header field that was too long to be read whole."""
    return [f"The {clean_line(name, 40).title()} header is too long; only part of it was read." for name in gate.cut]
