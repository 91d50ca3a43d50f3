"""What is handed to the judge of a reply, and what the judge says: plain data."""

from dataclasses import dataclass, field
from enum import StrEnum

from config.settings import Limits, Mailbox
from ingest.mail import ParsedMail
from ingest.replies.dkim import Lookup, ask_dns
from ingest.replies.words import Words
from store.people import Person
from store.tokens import Claim
from workflow.trust import Trust


@dataclass(frozen=True)
class Reply:
    """One mail that may command. `mailbox` says whose Authentication-Results to believe; `lookup` asks the DNS.

    `limits` bound its reading, when its files are taken out.
    """

    mail: ParsedMail
    raw: bytes
    message_row_id: int
    mailbox: Mailbox
    lookup: Lookup = ask_dns
    limits: Limits = field(default_factory=Limits)


class Reason(StrEnum):
    """Why a mail may not command; the word stands in the audit."""

    NO_TOKEN = "no-token"  # noqa: S105 - a reason, not a secret
    TWO_TOKENS = "two-tokens"
    BAD_TOKEN = "bad-token"  # noqa: S105
    EXPIRED = "expired"
    USED = "used"
    WRONG_PURPOSE = "wrong-purpose"
    NO_PLAIN_SENDER = "no-plain-sender"
    OUTSIDER = "outsider"
    WRONG_SENDER = "wrong-sender"
    INACTIVE = "inactive"
    AUTOMATIC = "automatic"
    NO_RIGHTS = "no-rights"
    AUTHENTICATION_FAILED = "authentication-failed"
    NOT_AUTHENTICATED = "not-authenticated"
    FORWARD_NOT_AUTHENTICATED = "forward-not-authenticated"
    REPEATED = "repeated"
    NOTHING_SAID = "nothing-said"
    NOT_CONFIRMED = "not-confirmed"


@dataclass(frozen=True)
class Accepted:
    """A mail that may command, how far it is trusted, and the words of its writer."""

    claim: Claim
    person: Person
    trust: Trust
    words: Words


@dataclass(frozen=True)
class Rejected:
    """A mail that may not command. `claim` is set when its token was genuine."""

    reason: Reason
    claim: Claim | None = None
    sender: str = ""


class Done(StrEnum):
    """What became of a reply."""

    ANSWERED = "answered"
    CONFIRM_ASKED = "confirm_asked"
    REJECTED = "rejected"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Outcome:
    """What became of a reply, and why it was rejected."""

    done: Done
    reason: Reason | None = None
