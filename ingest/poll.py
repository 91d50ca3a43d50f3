"""Watches one mailbox: holds its leases and its connection, polls its folders, waits in IDLE, backs off."""

import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.oauth import OAuthError, TokenSource
from ingest.errors import Fenced, IntakeError, LoginRefused, Refused, TokenExpired, TokenUnavailable
from ingest.idle import idle
from ingest.imap import Imap, open_imap
from ingest.lease import Heartbeat, Held, Lessee
from ingest.reconcile import reconcile_folder
from ingest.take import Desk, FolderTaker, Taken

_log = structlog.get_logger(__name__)

_FAILED = text("""
    UPDATE folder SET last_error = :error, failing_since = coalesce(failing_since, :now), retry_at = :retry_at
    WHERE id = ANY(:ids) AND lease_holder = :holder
""")

_DONE = text("""
    UPDATE folder SET polled_at = :now, last_error = :note, failing_since = NULL, retry_at = NULL
    WHERE id = :folder AND lease_epoch = :epoch
""")


class Standing(StrEnum):
    """How a poll ended."""

    WATCHING = "watching"
    STANDBY = "standby"
    """Another poller holds the mailbox."""
    WAITING = "waiting"
    """An earlier failure, or the time between two logins, is being waited out."""
    FAILED = "failed"


@dataclass(frozen=True)
class Polled:
    """What one poll brought: how many mails are new, and whether there is more to take at once."""

    standing: Standing
    kept: int = 0
    more: bool = False


class Poller:
    """One mailbox with all its folders. `holder` names this poller in the lease; it must be unique."""

    def __init__(self, desk: Desk, tokens: TokenSource | None = None, holder: str = "") -> None:
        mailbox = desk.mailbox
        self._desk, self._timing = desk, desk.timing
        self._tokens = tokens or (TokenSource(mailbox.oauth) if mailbox.oauth else None)
        holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lessee = Lessee(mailbox.name, holder, desk.timing.lease)
        self._takers = {name: FolderTaker(desk, self._stopping) for name in mailbox.folders}
        self._reconciled: dict[str, datetime] = {}
        self._imap: Imap | None = None
        self._login_at: float | None = None
        self._held: Sequence[Held] = ()
        self._watched: list[Held] = []
        self._stop = threading.Event()

    def run(self, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        """Poll until `stop` is set; the body of the mailbox's thread. Raises nothing."""
        self._stop = stop
        with Heartbeat(self._desk.store, self._lessee):
            while not stop.is_set():
                polled = self.poll_once(clock())
                self.wait(stop, polled)
        self.close()

    def poll_once(self, now: datetime) -> Polled:
        """Take in what is new in every folder whose lease is ours. Errors are written to the folders, not raised."""
        try:
            return self._poll(now)
        except Fenced as error:
            _log.warning("fenced", mailbox=self._desk.mailbox.name, error=str(error))
            self._drop()
            return Polled(Standing.STANDBY)
        except Exception as error:  # noqa: BLE001 - one mailbox must never end the thread it is watched from
            self._fail(self._held, error, now)
            return Polled(Standing.FAILED)

    def _poll(self, now: datetime) -> Polled:
        with self._desk.store.transaction() as session:
            self._held = self._lessee.acquire(session, self._desk.mailbox.folders)
        if not self._held:
            self._drop(politely=True)
            return Polled(Standing.STANDBY)
        ready = [held for held in self._held if held.retry_at is None or held.retry_at <= now]
        imap = self._connected(now) if ready else None
        if imap is None:
            return Polled(Standing.WAITING)
        self._watched = []
        taken = [self._take(imap, held, now) for held in ready]
        standing = Standing.WATCHING if self._watched else Standing.FAILED
        return Polled(standing, sum(t.kept for t in taken), any(t.more for t in taken))

    def _take(self, imap: Imap, held: Held, now: datetime) -> Taken:
        """One turn at one folder; a folder that cannot be opened does not stop the others."""
        try:
            taken = self._takers[held.name].take(imap, held, now)
            if not taken.more:
                taken.kept += self._reconcile(imap, held, now)
        except Refused as error:
            self._fail([held], error, now)
            return Taken()
        self._done(held, taken.note, now)
        self._watched.append(held)
        return taken

    def _connected(self, now: datetime) -> Imap | None:
        """The open connection, proven to be alive, or a new one; None when it is too early for another login."""
        if self._imap and self._imap.alive:
            if time.monotonic() - self._imap.used_at > self._timing.check:
                self._imap.call("noop", seconds=self._timing.check)
            return self._imap
        if self._login_at is not None and time.monotonic() - self._login_at < self._timing.login_gap:
            return None
        token = self._token(now)
        self._login_at = time.monotonic()
        # Some servers give sizes that are a little off; none by as much as this.
        limit = self._desk.limits.mail_bytes * 2
        self._imap = open_imap(self._desk.mailbox, self._tokens, self._timing, limit, token)
        return self._imap

    def _token(self, now: datetime) -> str:
        try:
            return self._tokens.token(now) if self._tokens else ""
        except OAuthError as error:
            raise TokenUnavailable(str(error)) from error

    def _reconcile(self, imap: Imap, held: Held, now: datetime) -> int:
        """Compare with the server when it is time; the number of mails found that way."""
        last = self._reconciled.get(held.name)
        if last and now - last < timedelta(minutes=self._desk.mailbox.reconcile_minutes):
            return 0
        self._reconciled[held.name] = now
        return len(reconcile_folder(self._desk, imap, held.folder_id, held.name, now).kept)

    def _stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, stop: threading.Event, polled: Polled) -> None:
        """Until there may be something to do: in IDLE where the server offers it, else for the polling time."""
        if polled.more or stop.is_set():
            return
        seconds = float(self._desk.mailbox.poll_seconds)
        if polled.standing is not Standing.WATCHING:
            stop.wait(min(seconds, self._timing.standby))
            return
        try:
            idling = self._imap and self._desk.mailbox.idle and self._imap.has("IDLE")
            if self._imap and idling:
                self._idle(self._imap, stop, min(seconds, self._timing.idle))
                return
        except IntakeError as error:
            # A session that ends while nothing happens is ordinary; the next poll opens another.
            _log.info("idle_ended", mailbox=self._desk.mailbox.name, error=str(error))
            self._drop()
            return
        stop.wait(seconds)

    def _idle(self, imap: Imap, stop: threading.Event, seconds: float) -> None:
        """Wait on the first folder that can be; the others are looked at with every poll."""
        if len(self._held) > 1:
            imap.select(self._watched[0].name, readonly=True)
        if not imap.take_exists():
            idle(imap, stop, seconds, self._timing)

    def _done(self, held: Held, note: str | None, now: datetime) -> None:
        with self._desk.store.transaction() as session:
            session.execute(_DONE, {"now": now, "note": note, "folder": held.folder_id, "epoch": held.epoch})

    def _fail(self, folders: Sequence[Held], error: Exception, now: datetime) -> None:
        """Write the failure to the folders it concerns; a sentence for the admin, and when it is tried again."""
        if not isinstance(error, Refused):
            self._drop()
        if isinstance(error, TokenExpired) and self._tokens:
            self._tokens.invalidate()
        sentence = _sentence(error)
        _log.warning("poll_failed", mailbox=self._desk.mailbox.name, kind=type(error).__name__, error=sentence)
        given = {"error": sentence, "now": now, "ids": [held.folder_id for held in folders]}
        given["holder"] = self._lessee.holder
        try:
            with self._desk.store.transaction() as session:
                session.execute(_FAILED, given | {"retry_at": now + self._pause(error)})
        except Exception as broken:  # noqa: BLE001 - the database driver raises its own kinds while connecting
            _log.warning("failure_not_recorded", mailbox=self._desk.mailbox.name, kind=type(broken).__name__)

    def _pause(self, error: Exception) -> timedelta:
        """How long to leave the server alone; random in part, so that many mailboxes do not return together."""
        if isinstance(error, IntakeError) and error.retry_after:
            return timedelta(seconds=error.retry_after)
        least = (
            self._timing.refused_gap if isinstance(error, LoginRefused) and not self._tokens else self._timing.login_gap
        )
        return timedelta(seconds=random.uniform(least, least * 1.5))  # noqa: S311

    def _drop(self, *, politely: bool = False) -> None:
        if self._imap:
            self._imap.close(politely=politely)
        self._imap = None

    def close(self) -> None:
        """Log out and give the leases back."""
        self._drop(politely=True)
        try:
            with self._desk.store.transaction() as session:
                self._lessee.release(session)
        except Exception as error:  # noqa: BLE001 - as above; the lease ends by itself
            _log.warning("lease_not_released", mailbox=self._desk.mailbox.name, kind=type(error).__name__)


def _sentence(error: Exception) -> str:
    """What an admin reads. A database error's own text may quote mail, so only its kind is named."""
    if isinstance(error, IntakeError):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return (
            f"The database did not take the mail ({type(error).__name__}); it stays in the mailbox and is tried again."
        )
    return f"Polling stopped with an unexpected {type(error).__name__}; it is tried again."
