"""Builds one mail from planned headers and two bodies, and proves that nothing else got into its headers."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from alerts.clean import body_text, header_text
from alerts.errors import CannotComposeError, HeaderInjectionError

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}>")
MOST_BODY_CHARACTERS = 400_000
"""A belt beside the braces: every text in a letter is cut before, and phones give up far earlier."""

_MIME = ["Content-Type", "MIME-Version"]


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to one recipient, ready for the wire. `raw` has CRLF line ends and no bare CR or LF."""

    envelope_from: str
    recipient: str
    message_id: str
    raw: bytes


@dataclass(frozen=True)
class Envelope:
    """Who a mail goes to and where answers and bounces come back; all addresses in ASCII."""

    to: str
    to_name: str
    sender: str
    sender_name: str
    reply_to: str
    bounce_to: str


@dataclass(frozen=True)
class MailPlan:
    """All that goes into one mail. `extra` holds fixed headers; their values are cleaned like any other."""

    envelope: Envelope
    subject: str
    message_id: str
    date: datetime
    text: str
    html: str
    references: Sequence[str] = ()
    extra: dict[str, str] = field(default_factory=dict)


class _MessageIds(UnstructuredHeader):
    """A header of message ids, folded between ids only: the standard folding would encode a long id."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {(policy.linesep + ' ').join(str(self).split())}{policy.linesep}"


_registry = HeaderRegistry()
for _name in ("message-id", "in-reply-to", "references"):
    _registry.map_to_type(_name, _MessageIds)  # type: ignore[arg-type]  # a mix-in, made whole by the registry
_POLICY = policy.SMTP.clone(header_factory=_registry, cte_type="7bit")


def valid_address(address: str) -> bool:
    """Whether `address` is one plain ASCII addr-spec that may stand in an envelope."""
    return _ADDRESS.fullmatch(address) is not None


def valid_message_id(value: object) -> bool:
    """Whether `value` is one message id of printable ASCII, short enough to be answered to."""
    return isinstance(value, str) and _MESSAGE_ID.fullmatch(value) is not None


def build(plan: MailPlan) -> OutgoingMail:
    """The mail as bytes.

    Raises:
        CannotComposeError: an address or message id is not usable.
        HeaderInjectionError: the finished bytes hold other headers than planned.

    """
    _check(plan)
    headers = _planned(plan)
    message = EmailMessage(_POLICY)
    for name, value in headers:
        message[name] = value
    message.set_content(body_text(plan.text, MOST_BODY_CHARACTERS), cte="quoted-printable")
    message.add_alternative(body_text(plan.html, MOST_BODY_CHARACTERS), subtype="html", cte="quoted-printable")
    # Made from the Message-ID, so that a re-send is the same mail; cannot occur inside quoted-printable (RFC 2045 6.7).
    message.set_boundary("=_" + hashlib.sha256(plan.message_id.encode()).hexdigest()[:24])
    raw = message.as_bytes()
    _compare(raw, headers)
    return OutgoingMail(plan.envelope.bounce_to, plan.envelope.to, plan.message_id, raw)


def _check(plan: MailPlan) -> None:
    for address in (plan.envelope.to, plan.envelope.sender, plan.envelope.reply_to, plan.envelope.bounce_to):
        if not valid_address(address):
            raise CannotComposeError(f"'{header_text(address)}' is no mail address: correct it in the people list")
    if not valid_message_id(plan.message_id):
        raise CannotComposeError("the notice's Message-ID is malformed: check outgoing.from_address")


def _planned(plan: MailPlan) -> list[tuple[str, str | Address]]:
    to, sender = plan.envelope.to, plan.envelope.sender
    ids = " ".join(dict.fromkeys(i for i in plan.references if valid_message_id(i)))
    headers: list[tuple[str, str | Address]] = [
        ("From", _address(plan.envelope.sender_name, sender)),
        ("To", _address(plan.envelope.to_name, to)),
        ("Reply-To", _address(plan.envelope.sender_name, plan.envelope.reply_to)),
        ("Subject", header_text(plan.subject)),
        ("Date", format_datetime(plan.date)),
        ("Message-ID", plan.message_id),
    ]
    if ids:
        headers += [("In-Reply-To", ids.split()[-1]), ("References", ids)]
    return headers + [(name, header_text(value)) for name, value in plan.extra.items()]


def _address(name: str, address: str) -> Address:
    # A name that looks like an address makes some mail programs show it instead of the real one.
    return Address(display_name=header_text(name, 80).replace("@", " at "), addr_spec=address)


def _compare(raw: bytes, headers: Sequence[tuple[str, str | Address]]) -> None:
    found = message_from_bytes(raw, policy=policy.default)
    planned = sorted([name for name, _ in headers] + _MIME)
    if sorted(found.keys()) != planned:
        raise HeaderInjectionError(f"headers {sorted(found.keys())} came out where {planned} were planned")
    for name, value in headers:
        if _squeezed(found[name]) != _squeezed(value):
            raise HeaderInjectionError(f"the {name} header came out different from what was planned")


def _squeezed(value: object) -> str:
    # Folding may move white space, and only white space.
    return "".join(str(value).split())
