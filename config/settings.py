"""Everything an admin sets: read from one TOML file, the environment and secret files, and checked as a whole."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Section(BaseModel):
    """A part of the settings; an unknown key is an error, so that a typo cannot pass for a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Security(StrEnum):
    """How a connection is protected; `plain` is for loopback unless `allow_plain` is set."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class OAuth(_Section):
    """XOAUTH2: which provider's token endpoint, and with which grant.

    `token_url` overrides the provider's endpoint (a private cloud, or a test).
    """

    provider: Literal["microsoft", "google", "other"]
    grant: Literal["client_credentials", "refresh_token", "service_account"]
    client_id: str = ""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    tenant: str = ""
    service_account_file: Path | None = None
    scope: str = ""
    token_url: str = ""


class Login(_Section):
    """A server and how to log in to it."""

    host: str
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    security: Security = Security.TLS
    allow_plain: bool = False
    ca_file: Path | None = None
    user: str = ""
    password: SecretStr | None = None
    oauth: OAuth | None = None


class Mailbox(Login):
    """One mailbox to watch. `address` is what customers write to; `after_keep` never runs before the commit.

    `authserv_id` names the receiving server whose Authentication-Results may be trusted; empty trusts none. Name it
    only when that server writes them on every mail and takes out those a sender wrote (RFC 8601, section 5);
    `*.example.com` names all hosts of a provider.
    `verify_dkim` lets DKIM signatures be checked here, by DNS, where that server says nothing.
    """

    name: str
    address: str
    folders: tuple[str, ...] = ("INBOX",)
    idle: bool = True
    poll_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    reconcile_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    after_keep: Literal["leave", "flag", "move", "delete"] = "leave"
    move_to: str = "Smokewatch"
    authserv_id: str = ""
    verify_dkim: bool = True
    team: str = ""


class Smtp(Login):
    """The server that takes our mail."""

    timeout_seconds: Annotated[int, Field(ge=5, le=600)] = 60


class Outgoing(_Section):
    """How our own mail is addressed. `reply_address` must reach a watched mailbox with anything behind a `+`."""

    from_address: str = "smokewatch@localhost.localdomain"
    from_name: str = "Smokewatch"
    reply_address: str = "reply@localhost.localdomain"
    bounce_address: str = "bounce@localhost.localdomain"
    escalation_address: str = "escalate@localhost.localdomain"
    smtp: Smtp | None = None

    @property
    def domain(self) -> str:
        """The domain our Message-IDs carry."""
        return self.from_address.rpartition("@")[2]


class Limits(_Section):
    """Bounds on one mail, as measured to keep reading under a second; sizes in bytes."""

    mail_bytes: int = 25_000_000
    header_block_bytes: int = 131_072
    header_bytes: int = 10_240
    header_lines: int = 1_500
    mime_depth: int = 40
    boundary_lines: int = 2_000
    body_lines: int = 400_000
    parse_seconds: float = 5.0
    child_bytes: int = 1_073_741_824


class Settings(_Section):
    """The whole of it; `config.load.load_settings` reads it.

    `var` holds the embedded engines and the outbox. `admin` is the address the command line acts as.
    `policy` is a file, `playbooks` a folder laid over what is shipped.
    `retention_days` 0 keeps all mail. With less than `least_free_mb` free under `var`, /readyz and `check` say so.
    """

    var: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    our_domains: tuple[str, ...] = ()
    mailboxes: tuple[Mailbox, ...] = Field(default=(), alias="mailbox")
    outgoing: Outgoing = Outgoing()
    limits: Limits = Limits()
    policy: Path | None = None
    fields: Path | None = None
    closeouts: Path | None = None
    playbooks: Path | None = None
    rollups: Path | None = None
    matrix: Path | None = None
    admin: str = ""
    health_host: str = "127.0.0.1"
    health_port: int = 9300
    retention_days: int = 0
    least_free_mb: Annotated[int, Field(ge=0)] = 500
