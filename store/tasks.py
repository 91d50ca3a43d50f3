"""Tables of the work on an escalation: action items, duties, milestones, the risk register, and who does what."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class ActionItem(Base):
    """Something that one person will do by a day; `n` is its number on the escalation, which `done n` takes.

    `source` says where it comes from: closeout, comment, mail, playbook or by hand. `anchor_id` is the project or task
    it is done under.
    """

    __tablename__ = "action_item"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    n: Mapped[int]
    text: Mapped[str]
    assignee_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="open")
    source: Mapped[str]
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"), index=True)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (
        UniqueConstraint("escalation_id", "n"),
        Index("ix_action_item_open", "assignee_id", "due_at", postgresql_where=sql("state IN ('open', 'in_progress')")),
    )


class Duty(Base):
    """Something a playbook asks for by a time; `n` is its number on the escalation, which `did n` takes.

    `key` names it in the playbook, `round` counts the days or weeks of one that comes again.
    """

    __tablename__ = "duty"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    n: Mapped[int]
    playbook: Mapped[str]
    key: Mapped[str]
    round: Mapped[int] = mapped_column(server_default="1")
    text: Mapped[str]
    due_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(server_default="")
    told_overdue_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("escalation_id", "n"),
        UniqueConstraint("escalation_id", "playbook", "key", "round", name="uq_duty_round"),
        Index("ix_duty_due", "due_at", postgresql_where=sql("state = 'open'")),
    )


class Milestone(Base):
    """A step of the action plan: `share` of the whole and how far it has come (`percent`), both in percent."""

    __tablename__ = "milestone"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    n: Mapped[int]
    text: Mapped[str]
    share: Mapped[int] = mapped_column(server_default="0")
    percent: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("escalation_id", "n"),)


class RegisterEntry(Base):
    """A line of the risk register (RAID): a risk, an assumption, an issue or a dependency."""

    __tablename__ = "register_entry"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    n: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    mitigation: Mapped[str] = mapped_column(server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("escalation_id", "n"),)


class RaciRole(Base):
    """What a person is on an escalation: responsible, accountable, consulted or informed (R, A, C, I)."""

    __tablename__ = "raci_role"
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    letter: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
