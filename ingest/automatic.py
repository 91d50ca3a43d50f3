"""Tell mail written by machines (bounces, automatic replies, lists, calendar answers) from mail by people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message

from config.words import MailKind


@dataclass(frozen=True)
class HeaderView:
    """What the decision needs of a mail's headers.

    `headers` maps lower-case names to their first value; `subject` is decoded; `from_address` is lower case.
    `return_path` is "" for the null path <>, None when the header is missing.
    `part_types` are the lower-case content types of the top level and all its parts; `report_type` is the
    report-type parameter of multipart/report; `calendar_method` is the method of a text/calendar part.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    from_address: str = ""
    return_path: str | None = None
    part_types: frozenset[str] = frozenset()
    report_type: str = ""
    calendar_method: str = ""


def header_view(message: Message, subject: str, from_address: str) -> HeaderView:
    """Look at a parsed mail; `subject` decoded and `from_address` cleaned by the caller."""
    return HeaderView({}, subject, from_address)


def automatic(view: HeaderView, text: str, own_lists: frozenset[str] = frozenset()) -> tuple[MailKind | None, str]:
    """The kind of an automatic mail and the reason in one sentence, or (None, "") for mail by a person.

    `own_lists` are list ids (the part between < and > of List-Id, lower case) of lists and groups through which
    a support mailbox gets its mail: their list headers, and those only, say nothing about the writer.
    """
    return None, ""
