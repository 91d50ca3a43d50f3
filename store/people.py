"""Tables of people: our persons and teams, their accounts and contacts."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Team(Base):
    """A team of ours with its business hours, days off and mailboxes."""

    __tablename__ = "team"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str] = mapped_column(server_default="UTC")
    opens: Mapped[time] = mapped_column(server_default="09:00")
    closes: Mapped[time] = mapped_column(server_default="17:30")
    holidays: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    country: Mapped[str | None]
    mailboxes: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")


class Person(Base):
    """One of us. `token_serial` is part of every reply token: raising it revokes all that were issued."""

    __tablename__ = "person"
    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    title: Mapped[str] = mapped_column(server_default="")
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    zone: Mapped[str] = mapped_column(server_default="UTC")
    active: Mapped[bool] = mapped_column(server_default="true")
    token_serial: Mapped[int] = mapped_column(server_default="0")
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class Account(Base):
    """A customer. A provisional one was made from an unknown sender's domain and waits to be confirmed.

    `csat` is the last rating, 1 to 5; `fragile` says in somebody's words why it cannot take much more, empty if it can.
    """

    __tablename__ = "account"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    tier: Mapped[str] = mapped_column(server_default="")
    arr: Mapped[float | None]
    renewal: Mapped[date | None]
    csat: Mapped[float | None]
    health: Mapped[str] = mapped_column(server_default="")
    fragile: Mapped[str] = mapped_column(server_default="")
    provisional: Mapped[bool] = mapped_column(server_default="false")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    risk: Mapped[str] = mapped_column(server_default="low")
    risk_since: Mapped[datetime | None]
    score: Mapped[float] = mapped_column(server_default="0")
    created_at: Mapped[datetime]


class AccountDomain(Base):
    """A mail domain that belongs to an account."""

    __tablename__ = "account_domain"
    domain: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


class Contact(Base):
    """One of theirs, by address. `executive` is a person's word on it, None where the title decides.

    `suggested_title` was read from the signature of the message `suggested_from` and waits for a person's yes; without
    that message it was refused, and is not suggested again.
    """

    __tablename__ = "contact"
    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str] = mapped_column(server_default="")
    title_source: Mapped[str] = mapped_column(server_default="")
    executive: Mapped[bool | None]
    suggested_title: Mapped[str] = mapped_column(server_default="")
    suggested_from: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    first_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
