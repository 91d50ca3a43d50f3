"""Changes the record: every change of an escalation, by whatever road, goes through a function here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.words import Channel, Priority, Risk, State
from store.record import Comment, Escalation


@dataclass(frozen=True)
class By:
    """Who changes the record, on which road, when and why. `actor` is an address of ours, or `smokewatch`.

    `mail_domain` is what Message-IDs of the notices that follow from the change carry.
    """

    person_id: int | None
    actor: str
    channel: Channel
    now: datetime
    reason: str | None = None
    mail_domain: str = ""


@dataclass(frozen=True)
class Opening:
    """What a new escalation starts with; `why` is the sentence that says what made it one."""

    title: str
    account_id: int | None
    team_id: int | None
    conversation_ids: tuple[int, ...]
    why: str
    owner_id: int | None = None
    participant_ids: tuple[int, ...] = ()
    risk: Risk = Risk.LOW
    priority: Priority = Priority.MEDIUM


@dataclass(frozen=True)
class CommentAdded:
    """A stored comment, whom its `@names` brought in, and a sentence for each name that was not clear."""

    comment: Comment
    mentioned: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


def open_escalation(session: Session, by: By, opening: Opening) -> Escalation: ...
def lock(session: Session, escalation_id: int) -> Escalation: ...
def move_state(session: Session, by: By, esc: Escalation, to: State) -> None: ...
def set_owner(session: Session, by: By, esc: Escalation, person_id: int) -> None: ...
def set_priority(session: Session, by: By, esc: Escalation, priority: Priority) -> None: ...
def set_path(session: Session, by: By, esc: Escalation, path: int) -> None: ...
def set_risk(session: Session, by: By, esc: Escalation, risk: Risk) -> None: ...
def set_waiting_on(session: Session, by: By, esc: Escalation, team: str | None) -> None: ...
def set_next_step(session: Session, by: By, esc: Escalation, text: str | None, due: datetime | None) -> None: ...
def add_participant(session: Session, by: By, esc: Escalation, person_id: int, why: str) -> bool: ...
def add_comment(
    session: Session, by: By, esc: Escalation, text: str, message_id: int | None = None
) -> CommentAdded: ...
