"""The closed vocabularies of the product, as enumerations that every floor shares."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Level of one signal: 0 clear, 1 watch, 2 raised, 3 critical."""

    CLEAR = 0
    WATCH = 1
    RAISED = 2
    CRITICAL = 3


class Risk(StrEnum):
    """Risk of a conversation or an account, in rising order of declaration."""

    LOW = "low"
    ELEVATED = "elevated"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Position in rising order, 0 for low."""
        return list(Risk).index(self)


class State(StrEnum):
    """The five states of an escalation, in order."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Direction(StrEnum):
    """Who wrote a message to whom, seen from our side."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class MailKind(StrEnum):
    """What a mail is, decided before anything can send."""

    CUSTOMER = "customer"
    COLLEAGUE = "colleague"
    COMMAND = "command"
    FORWARD = "forward"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    CALENDAR = "calendar"
    OWN = "own"
    UNVERIFIED = "unverified"
    RATING = "rating"

    def __reduce_ex__(self, _protocol: object) -> tuple[type["MailKind"], tuple[str]]:
        """Pickled by its value, as newer Pythons do; 3.11.2 (Debian 12) would send a call of getattr instead."""
        return MailKind, (self.value,)

    """It names one of us as its sender, and our own mail server found that false: it is filed and not heard."""


AUTOMATIC = frozenset({MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.LIST, MailKind.CALENDAR, MailKind.OWN})
"""Kinds that never open, reopen, alert or get an answer (law 6)."""


class Doubt(StrEnum):
    """Why the sender of a mail may be somebody else, or may not belong here; people are shown these words."""

    SENDER = "unverified sender"
    PARTICIPANT = "unverified participant"


class Signal(StrEnum):
    """The twelve risk signals."""

    REPEATED_FOLLOW_UP = "repeated_follow_up"
    MISSED_PROMISE = "missed_promise"
    EXECUTIVE_VISIBILITY = "executive_visibility"
    ACCOUNT_RISK = "account_risk"
    SPREAD = "spread"
    DEADLINE = "deadline"
    IMPACT = "impact"
    CHANGED_NEXT_STEP = "changed_next_step"
    NEW_DECISION_MAKER = "new_decision_maker"
    REPEAT_ISSUE = "repeat_issue"
    URGENCY = "urgency"
    TONE = "tone"


SIGNAL_NAMES: dict[str, str] = {
    Signal.REPEATED_FOLLOW_UP: "Asked again",
    Signal.MISSED_PROMISE: "Our promise",
    Signal.EXECUTIVE_VISIBILITY: "Senior person involved",
    Signal.ACCOUNT_RISK: "Account at risk",
    Signal.SPREAD: "Spreading",
    Signal.DEADLINE: "Deadline",
    Signal.IMPACT: "Business impact",
    Signal.CHANGED_NEXT_STEP: "Plan changed",
    Signal.NEW_DECISION_MAKER: "New decision-maker",
    Signal.REPEAT_ISSUE: "Same problem again",
    Signal.URGENCY: "Urgent",
    Signal.TONE: "Tone",
}
"""What people read and may write for a signal."""


class PromiseKind(StrEnum):
    """How binding a promise is."""

    FIRM = "firm"
    SOFT = "soft"
    CONDITIONAL = "conditional"
    ATTENDANCE = "attendance"


class PromiseState(StrEnum):
    """Where a promise stands; UNARMED waits for the customer to meet its condition."""

    UNARMED = "unarmed"
    PENDING = "pending"
    KEPT = "kept"
    MISSED = "missed"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Priority(StrEnum):
    """Priority of an escalation."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Role(StrEnum):
    """What one of us may do."""

    ADMIN = "admin"
    MANAGER = "manager"
    AGENT = "agent"


class Channel(StrEnum):
    """The road a change came by."""

    MAIL = "mail"
    WEB = "web"
    API = "api"
    CLI = "cli"
    SYSTEM = "system"


class NoticeKind(StrEnum):
    """Every mail the product sends; one template folder each."""

    NEW_ESCALATION = "new_escalation"
    RISK_UP = "risk_up"
    PROMISE_DUE = "promise_due"
    PROMISE_MISSED = "promise_missed"
    NO_ANSWER = "no_answer"
    EXECUTIVE_JOINED = "executive_joined"
    OWNER_CHANGED = "owner_changed"
    MENTION = "mention"
    HANDOVER = "handover"
    ANSWER = "answer"
    CONFIRM = "confirm"
    ACTION_ITEM = "action_item"
    DIGEST = "digest"
    QUIET = "quiet"
    DUTY_OVERDUE = "duty_overdue"
    ANSWER_DUE = "answer_due"
    CLIMBED = "climbed"
    STAND_IN = "stand_in"
    SHADOW = "shadow"
    INCIDENT = "incident"
    ADMIN = "admin"


class RawState(StrEnum):
    """Where a kept mail stands: exactly one final state each (parsed, parked or ignored)."""

    KEPT = "kept"
    PARSED = "parsed"
    PARKED = "parked"
    IGNORED = "ignored"


class NoticeState(StrEnum):
    """Where a notice stands in the outbox."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    DROPPED = "dropped"
