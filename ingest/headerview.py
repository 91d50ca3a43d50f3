"""Look at a mail's headers and the kinds of its parts, as far as they tell machines from people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message

PARTS = 200
"""Parts of a mail that are looked at; machines put what matters first."""
VALUE_CHARACTERS = 1_000


@dataclass(frozen=True)
class HeaderView:
    """What the decision needs of a mail's headers.

    `headers` maps lower-case names to their first value; `subject` is decoded; `from_address` is lower case.
    `return_path` is "" for the null path <>, None when the header is missing.
    `part_types` are the lower-case content types of the top level and its parts, not of attached mails' parts;
    `report_type` is that parameter of multipart/report; `calendar_method` is the method of a text/calendar part.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    from_address: str = ""
    return_path: str | None = None
    part_types: frozenset[str] = frozenset()
    report_type: str = ""
    calendar_method: str = ""

    def header(self, name: str) -> str:
        """The value of a header, lower case without white space around it; "" when it is missing."""
        return self.headers.get(name, "").strip().lower()

    @property
    def list_id(self) -> str:
        """The id of the list the mail came through (RFC 2919), lower case; "" when it names none."""
        return self.header("list-id").rpartition("<")[2].partition(">")[0].strip()


def header_view(message: Message, subject: str, from_address: str) -> HeaderView:
    """Look at a parsed mail; `subject` decoded and `from_address` cleaned by the caller."""
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), str(value)[:VALUE_CHARACTERS])
    parts = list(parts_of(message))
    calendar = next((part for part in parts if part.get_content_type() == "text/calendar"), None)
    path = headers.get("return-path")
    return HeaderView(
        headers=headers,
        subject=subject,
        from_address=from_address,
        return_path=None if path is None else path.strip().strip("<>").strip().lower(),
        part_types=frozenset(part.get_content_type() for part in parts),
        report_type=_parameter(message, "report-type"),
        calendar_method=_parameter(calendar, "method") if calendar else "",
    )


def parts_of(message: Message) -> Iterator[Message]:
    """The mail and its parts, at most `PARTS`, level by level; an attached mail's parts are not this one's."""
    waiting = [message]
    for _ in range(PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        content = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting.extend(inner for inner in content[:PARTS] if isinstance(inner, Message))


def _parameter(message: Message, name: str) -> str:
    value = message.get_param(name)
    return (value if isinstance(value, str) else value[2] if value else "").strip().lower()
