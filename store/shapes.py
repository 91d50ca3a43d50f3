"""The plain records that a view of an escalation is made of."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from store.impact import Impact

NO_IMPACT = Impact(0, ())


@dataclass(frozen=True)
class PersonView:
    """One of us, by name, address and the handle that `@` takes; `is_owner` is the badge of who is accountable."""

    id: int
    name: str
    email: str
    handle: str
    is_owner: bool = False


@dataclass(frozen=True)
class FindingView:
    """A live finding with its proof; `doubt` says why its author may be somebody else, or not belong here."""

    id: int
    signal: str
    level: int
    contribution: float
    rule_id: str
    quote: str
    author: str
    sent_at: datetime
    message_id: int
    clears_when: str
    doubt: str = ""


@dataclass(frozen=True)
class PromiseView:
    """A promise; `n` is what `kept n` takes and never changes while the escalation keeps its conversations."""

    n: int
    id: int
    quote: str
    state: str
    due_at: datetime | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class CommentView:
    """A comment, with its author's name."""

    id: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class FileView:
    """A file of the record; `target` and `target_id` say what it hangs on (config.recordwords.Target).

    `on` is what people call that: `comment:5`, `closeout:1` for its version, `action:3`; empty for the escalation.
    """

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    target: str
    target_id: int
    on: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class AnchorView:
    """A lead, deal, project or task that the escalation belongs to, or belonged to from `since` until `until`."""

    kind: str
    external_id: str
    name: str
    link: str
    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True)
class CustomView:
    """A field of the team's own; `value` is plain JSON, None when nobody has said it yet."""

    name: str
    label: str
    kind: str
    value: Any


@dataclass(frozen=True)
class ChangeView:
    """One line of the timeline, from the audit."""

    seq: int
    at: datetime
    actor: str
    channel: str
    action: str
    from_value: str | None
    to_value: str | None
    reason: str | None


@dataclass(frozen=True)
class ConversationView:
    """A conversation of the escalation."""

    id: int
    subject: str
    risk: str
    score: float
    last_at: datetime
    messages: int


@dataclass(frozen=True)
class EscalationView:
    """The whole of one escalation at one moment; lists are newest last, comments and timeline the latest only."""

    id: int
    number: str
    title: str
    account_id: int | None
    account: str | None
    tier: str
    team: str | None
    type: str
    category: str
    state: str
    risk: str
    priority: str
    path: int
    owner: PersonView | None
    waiting_on: str | None
    next_step: str | None
    next_step_due: datetime | None
    next_step_overdue: bool
    opened_at: datetime
    opened_why: str
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    merged_into: str | None
    version: int
    root_cause: str | None
    resolution: str | None
    participants: tuple[PersonView, ...]
    findings: tuple[FindingView, ...]
    promises: tuple[PromiseView, ...]
    conversations: tuple[ConversationView, ...]
    comments: tuple[CommentView, ...]
    timeline: tuple[ChangeView, ...]
    unverified: tuple[str, ...] = ()
    affected_users: int | None = None
    impact: Impact = NO_IMPACT
    links: tuple[str, ...] = ()
    steps_to_resolve: str | None = None
    path_to_green: str | None = None
    custom: tuple[CustomView, ...] = ()
    anchors: tuple[AnchorView, ...] = ()
    files: tuple[FileView, ...] = ()

    @property
    def anchor(self) -> AnchorView | None:
        """What it belongs to now."""
        return next((each for each in self.anchors if each.until is None), None)

    @property
    def open_promises(self) -> tuple[PromiseView, ...]:
        """Those still owed: armed or waiting for the customer."""
        return tuple(p for p in self.promises if p.state in ("pending", "unarmed"))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601 in UTC."""
        made = plain(asdict(self))
        assert isinstance(made, dict)
        return made


def plain_records(records: Iterable[Any]) -> list[dict[str, Any]]:
    """Plain JSON of several records."""
    return [plain(asdict(each)) for each in records]


def plain(value: Any) -> Any:
    """JSON of plain records: times as ISO 8601, tuples as lists."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value
