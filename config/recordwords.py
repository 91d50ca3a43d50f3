"""The closed vocabularies of the record: files, anchors, work on an escalation, and mail to customers."""

from enum import StrEnum


class Target(StrEnum):
    """What a file may be attached to."""

    ESCALATION = "escalation"
    COMMENT = "comment"
    CLOSEOUT = "closeout"
    ACTION_ITEM = "action_item"
    ANCHOR = "anchor"
    ANCHOR_COMMENT = "anchor_comment"


class AnchorKind(StrEnum):
    """What an escalation may hang on; a lead may become a deal, and a deal a project."""

    LEAD = "lead"
    DEAL = "deal"
    PROJECT = "project"
    TASK = "task"


class TaskState(StrEnum):
    """Where an action item stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


class ActionSource(StrEnum):
    """Where an action item comes from; how many are finished is counted by it."""

    CLOSEOUT = "closeout"
    COMMENT = "comment"
    MAIL = "mail"
    PLAYBOOK = "playbook"
    HAND = "hand"


class DutyState(StrEnum):
    """Where a duty of a playbook stands; SKIPPED by a person's word, DROPPED with its path or the escalation's end."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    DROPPED = "dropped"


class RegisterKind(StrEnum):
    """The four kinds of a risk register's lines (RAID)."""

    RISK = "risk"
    ASSUMPTION = "assumption"
    ISSUE = "issue"
    DEPENDENCY = "dependency"


class CustomerMailKind(StrEnum):
    """Why a customer gets a mail from us: how things stand, or the question how content they are."""

    UPDATE = "update"
    SATISFACTION = "satisfaction"


class CustomerMailState(StrEnum):
    """Where a mail to a customer stands; only one that a person approved ever gets past DRAFT."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
