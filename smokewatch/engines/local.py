"""Starts what the settings leave open (database, queue, mailbox, outgoing server) and fills in where it listens."""

import fcntl
import json
import os
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from config.settings import Mailbox, Outgoing, Security, Settings, Smtp
from smokewatch.engines import imap, smtp
from smokewatch.engines.errors import EngineError
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis

DOMAIN = "tidewater.example"
"""The made-up company of the sample mailbox (RFC 2606: such a name never resolves)."""
SUPPORT = f"support@{DOMAIN}"
ADMIN = f"helen.marsh@{DOMAIN}"


@dataclass(frozen=True)
class LocalMail:
    """Where the local mail servers of a running `smokewatch up` listen, for other commands on this machine."""

    imap_port: int
    imap_password: str
    smtp_port: int
    smtp_password: str


class LocalEngines:
    """The embedded engines of one installation; leaving the block stops what nobody else uses.

    `mail` starts the local mail servers, or uses those of a running `up`; with `watch` they must be our own.
    """

    def __init__(self, settings: Settings, *, queue: bool = False, mail: bool = False, watch: bool = False) -> None:
        self._given = settings
        self._watch = watch
        self._queue = queue
        self._mail = mail
        self._stack = ExitStack()
        self.settings = settings
        self.imap: imap.LocalImap | None = None

    @property
    def outbox(self) -> Path:
        """Where the local catcher files our mails."""
        return outbox(self._given)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        # Others may pass through, since PostgreSQL runs as another account under root, but may not look around.
        self._given.var.mkdir(mode=0o711, parents=True, exist_ok=True)
        for private in ("outbox", "imap", "smtp", "redis"):
            (self._given.var / private).mkdir(mode=0o700, exist_ok=True)
        found: dict[str, object] = {}
        if not self._given.database_url:
            postgres = Postgres(self._given.var / "postgres")
            self._stack.callback(postgres.stop)
            found["database_url"] = postgres.start()
        if self._queue and not self._given.redis_url:
            redis = Redis(self._given.var / "redis")
            self._stack.callback(redis.stop)
            found["redis_url"] = redis.start()
        self.settings = (sample(self._given) if is_sample(self._given) else self._given).model_copy(update=found)
        if self._mail:
            self._start_mail()

    def _start_mail(self) -> None:
        if not is_sample(self._given) and self._given.outgoing.smtp is not None:
            return
        if not self._lock_mail():
            self._use(running_mail(self._given))
            return
        if is_sample(self._given):
            self.imap = imap.LocalImap(self._given.var / "imap")
            self.imap.start()
            self._stack.callback(self.imap.stop)
        catcher = smtp.LocalSmtp(self._given.var / "smtp", self.outbox, self._is_ours, self._take)
        catcher.start()
        self._stack.callback(catcher.stop)
        self._use(self._note(catcher))

    def _lock_mail(self) -> bool:
        """Whether this process may run the mail servers; otherwise another one does."""
        handle = os.open(self._given.var / "mail.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            if self._watch:
                raise EngineError(
                    f"Smokewatch runs already in {self._given.var}: end it first (Ctrl-C where it runs), or choose "
                    "another folder with SMOKEWATCH__VAR."
                ) from None
            return False
        self._stack.callback(os.close, handle)
        return True

    def _use(self, mail: LocalMail | None) -> None:
        if mail is None:
            raise EngineError("Smokewatch is just being started or stopped by another command; try again in a moment.")
        outgoing = self.settings.outgoing.model_copy(update={"smtp": _smtp(mail.smtp_port)})
        update: dict[str, object] = {"outgoing": outgoing}
        if is_sample(self._given):
            update["mailboxes"] = (_mailbox(imap.Access(mail.imap_port, mail.imap_password)),)
        self.settings = self.settings.model_copy(update=update)

    def _note(self, catcher: smtp.LocalSmtp) -> LocalMail:
        """Write down for other commands where the servers listen; replaced at once, so that nobody reads half."""
        port, password = (self.imap.port, self.imap.password) if self.imap is not None else (0, "")
        mail = LocalMail(port, password, catcher.port, catcher.password)
        path = note_path(self._given)
        half = path.with_suffix(".new")
        half.touch(mode=0o600)
        half.write_text(json.dumps(asdict(mail)), encoding="utf-8")
        half.replace(path)
        self._stack.callback(path.unlink, missing_ok=True)
        return mail

    def _is_ours(self, address: str) -> bool:
        return self.imap is not None and is_watched(address)

    def _take(self, raw: bytes) -> None:
        assert self.imap is not None
        self.imap.access.append(raw, datetime.now(UTC))


def is_sample(settings: Settings) -> bool:
    """Whether no mailbox is configured, so that the sample mailbox is watched."""
    return not settings.mailboxes


def outbox(settings: Settings) -> Path:
    """The folder of the mails that the local catcher filed."""
    return settings.var / "outbox"


def note_path(settings: Settings) -> Path:
    """The file that tells where the local mail servers listen; it is there while they run."""
    return settings.var / "local-mail.json"


def running_mail(settings: Settings) -> LocalMail | None:
    """The local mail servers that another process runs, if any."""
    try:
        return LocalMail(**json.loads(note_path(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_watched(address: str) -> bool:
    """Whether mail to this address ends in the local mailbox: support, replies, bounces and escalations by hand."""
    local, _, domain = address.lower().rpartition("@")
    return domain == DOMAIN and local.partition("+")[0] in ("support", "reply", "bounce", "escalate")


def sample(settings: Settings) -> Settings:
    """The settings with the sample company's addresses filled in; nothing leaves this machine."""
    outgoing = Outgoing(
        from_address=f"smokewatch@{DOMAIN}", reply_address=f"reply@{DOMAIN}",
        bounce_address=f"bounce@{DOMAIN}", escalation_address=f"escalate@{DOMAIN}",
    )  # fmt: skip
    return settings.model_copy(
        update={"our_domains": (DOMAIN,), "outgoing": outgoing, "admin": settings.admin or ADMIN}
    )


def _mailbox(access: imap.Access) -> Mailbox:
    return Mailbox(
        name="sample", address=SUPPORT, host=imap.HOST, port=access.port, security=Security.PLAIN, user=imap.USER,
        password=SecretStr(access.password), authserv_id=smtp.AUTHSERV_ID, verify_dkim=False, team="Support",
        poll_seconds=5,
    )  # fmt: skip


def _smtp(port: int) -> Smtp:
    return Smtp(host=smtp.HOST, port=port, security=Security.PLAIN)
