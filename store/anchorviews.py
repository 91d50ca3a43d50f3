"""Reads leads, deals, projects and tasks for one viewer: lists, and all of one with the escalations linked to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from store.anchors import Anchor, AnchorComment, AnchorPerson
from store.hanging import files_on_anchor
from store.people import Account, Person
from store.record import Escalation
from store.shapes import CommentView, FileView, plain
from store.tasks import ActionItem
from store.visibility import sees, sees_anchor


@dataclass(frozen=True)
class AnchorRow:
    """One line of a list; `escalations` are those the viewer sees, `became` is what it was handed over to."""

    id: int
    kind: str
    external_id: str
    name: str
    account: str | None
    owner: str | None
    priority: str
    state: str
    link: str
    parent: str | None
    became: str | None
    escalations: int


@dataclass(frozen=True)
class LinkedView:
    """An escalation linked to an anchor; `how` is `attached`, or the action item done under it."""

    number: str
    title: str
    state: str
    risk: str
    owner: str | None
    how: str


@dataclass(frozen=True)
class AnchorSheet:
    """The whole of one anchor as one viewer may see it."""

    row: AnchorRow
    details: dict[str, str]
    people: tuple[str, ...]
    tasks: tuple[str, ...]
    comments: tuple[CommentView, ...]
    files: tuple[FileView, ...]
    linked: tuple[LinkedView, ...]
    created_at: datetime
    changed_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601 in UTC."""
        made = plain(asdict(self))
        assert isinstance(made, dict)
        return {**made.pop("row"), **made}


def list_anchors(session: Session, person: Person | None, *which: ColumnElement[bool]) -> list[AnchorRow]:
    """The anchors that this person sees and these clauses hold for, by kind and id; None is the one at the console."""
    parent, became = aliased(Anchor), aliased(Anchor)
    count = (
        select(func.count())
        .where(Escalation.anchor_id == Anchor.id, Escalation.merged_into.is_(None), sees(person))
        .scalar_subquery()
    )
    found = session.execute(
        select(Anchor, Account.name, Person.name, parent, became, count)
        .outerjoin(Account, Account.id == Anchor.account_id)
        .outerjoin(Person, Person.id == Anchor.owner_id)
        .outerjoin(parent, parent.id == Anchor.parent_id)
        .outerjoin(became, became.id == Anchor.became_id)
        .where(sees_anchor(person), *which)
        .order_by(Anchor.kind, Anchor.external_id)
    )
    return [
        AnchorRow(
            id=a.id,
            kind=a.kind,
            external_id=a.external_id,
            name=a.name,
            account=account,
            owner=owner,
            priority=a.priority,
            state=a.state,
            link=a.link,
            parent=_name(above),
            became=_name(next_one),
            escalations=number,
        )
        for a, account, owner, above, next_one, number in found
    ]


def anchor_sheet(session: Session, person: Person | None, anchor: Anchor) -> AnchorSheet:
    """All of an anchor that this person may see."""
    people = select(Person.name).join(AnchorPerson, AnchorPerson.person_id == Person.id)
    below = select(Anchor).where(Anchor.parent_id == anchor.id, sees_anchor(person)).order_by(Anchor.external_id)
    (row,) = list_anchors(session, person, Anchor.id == anchor.id)
    return AnchorSheet(
        row=row,
        details=anchor.details,
        people=tuple(session.scalars(people.where(AnchorPerson.anchor_id == anchor.id).order_by(Person.name))),
        tasks=tuple(f"{each.kind} {each.external_id}, {each.name}" for each in session.scalars(below)),
        comments=_comments(session, anchor.id),
        files=files_on_anchor(session, anchor.id),
        linked=linked_from(session, person, [anchor.id]),
        created_at=anchor.created_at,
        changed_at=anchor.changed_at,
    )


def linked_from(session: Session, person: Person | None, anchor_ids: Sequence[int]) -> tuple[LinkedView, ...]:
    """The escalations this person sees that are attached to these anchors, or have an action item done under one."""
    attached = (
        select(Escalation, Person.name)
        .outerjoin(Person, Person.id == Escalation.owner_id)
        .where(Escalation.anchor_id.in_(anchor_ids), Escalation.merged_into.is_(None), sees(person))
        .order_by(Escalation.id)
    )
    worked = (
        select(Escalation, Person.name, ActionItem)
        .join(ActionItem, ActionItem.escalation_id == Escalation.id)
        .outerjoin(Person, Person.id == Escalation.owner_id)
        .where(ActionItem.anchor_id.in_(anchor_ids), Escalation.merged_into.is_(None), sees(person))
        .order_by(Escalation.id, ActionItem.n)
    )
    return (
        *(_linked(esc, owner, "attached") for esc, owner in session.execute(attached)),
        *(_linked(esc, owner, f"action {item.n}: {item.text}") for esc, owner, item in session.execute(worked)),
    )


def _linked(esc: Escalation, owner: str | None, how: str) -> LinkedView:
    return LinkedView(esc.number, esc.title, esc.state, esc.risk, owner, how)


def _comments(session: Session, anchor_id: int) -> tuple[CommentView, ...]:
    found = session.execute(
        select(AnchorComment, Person.name)
        .join(Person, Person.id == AnchorComment.person_id)
        .where(AnchorComment.anchor_id == anchor_id)
        .order_by(AnchorComment.at, AnchorComment.id)
    )
    return tuple(CommentView(each.id, each.at, by, each.text) for each, by in found)


def _name(anchor: Anchor | None) -> str | None:
    return None if anchor is None else f"{anchor.kind} {anchor.external_id}"
