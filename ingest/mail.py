"""What reading a raw mail yields: plain data, safe for text columns, whatever the mail tried."""

from dataclasses import dataclass, field
from datetime import datetime, timezone

from config.words import MailKind


@dataclass(frozen=True)
class Address:
    """One mail address: `email` in ASCII lower case, `name` as shown, cleaned."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class AttachedFile:
    """One attachment; `name` is data, never a path, and `position` finds it again in the raw mail.

    `inline` is a picture that the text itself shows (RFC 2392), such as the logo in a signature.
    """

    position: int
    name: str
    content_type: str
    size: int
    sha256: bytes
    inline: bool = False


@dataclass(frozen=True)
class ParsedMail:
    """One mail as read. All text is free of NUL, lone surrogates and control characters.

    `from_addresses` keeps every address of every From header: a command needs exactly one. `from_plain` is true when
    that one is written as a bare address or `name <address>`, with no comment, group, route or other trick around it.
    `command_text` is the first top-level text/plain leaf alone (or the text of the only HTML leaf), with quotes
    still in it: commands are read from nowhere else. `sent_at` is UTC; `sent_zone` is that of the writer's clock, None
    where the Date header tells UTC.
    """

    message_id: str
    content_key: bytes
    from_addresses: tuple[Address, ...]
    from_headers: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    envelope_to: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    new_text: str
    command_text: str
    html: str
    auto: MailKind | None
    auto_why: str
    signature: str = ""
    bounce: "Bounce | None" = None
    forwarded: bool = False
    attachments: tuple[AttachedFile, ...] = ()
    authentication_results: tuple[str, ...] = ()
    dkim_signatures: int = 0
    loop_ids: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    from_plain: bool = False
    sent_zone: timezone | None = None


@dataclass(frozen=True)
class Bounce:
    """A delivery report (RFC 3464): who was not reached, the status, and which mail it was about."""

    recipients: tuple[str, ...]
    status: str
    hard: bool
    original_message_id: str


class Unreadable(Exception):  # noqa: N818 - it is what the mail is
    """A mail that must be parked: `code` is a short stable word, the text says what was wrong and where."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
