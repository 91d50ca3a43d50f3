"""Wires the program once, at its edge: settings in, everything that does work out."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from alerts.context import AlertContext
from alerts.sender import SmtpSender
from config.closeouts import Closeouts, CloseoutsError, load_closeouts
from config.fields import Fields, FieldsError, load_fields
from config.load import SettingsError
from config.matrix import Matrix, MatrixError, load_matrix
from config.oauth import TokenSource
from config.playbooks import PlaybookError, Playbooks, load_playbooks
from config.policy import Policy, load_policy
from config.rollups import Rollups, RollupsError, check_fields, load_rollups
from config.settings import Login, Settings
from ingest.context import IngestContext
from ingest.process import process_batch
from smokewatch import metrics
from smokewatch.actors import Queue, make_broker
from store.database import Store, connect
from store.keys import signing_key
from store.migrate import migrate
from workflow.context import Context
from workflow.queues import Asked, queue_counts

LOOP_PURPOSE = "loop"
"""The installation's own mark is made from a key kept under this name."""


def utc_now() -> datetime:
    """The clock of the whole program: read at the entries, handed down from there."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """Everything wired. `queue` is None for commands that process nothing."""

    settings: Settings
    policy: Policy
    store: Store
    workflow: Context
    ingest: IngestContext
    alerts: AlertContext
    queue: Queue | None = None

    def process(self, ids: Sequence[int]) -> None:
        """Process kept mails; safe to repeat."""
        with metrics.BATCH_SECONDS.time():
            result = process_batch(self.store, ids, self.ingest, utc_now())
        metrics.count(result)

    def silenced(self) -> "App":
        """The same, posting no notices: for a backfill."""
        workflow = replace(self.workflow, silent=True)
        return replace(self, workflow=workflow, ingest=replace(self.ingest, workflow=workflow))

    def close(self) -> None:
        """Give all connections back."""
        if self.queue is not None:
            self.queue.broker.close()
        self.store.engine.dispose()


def token_source(login: Login) -> TokenSource | None:
    """Where access tokens for a login come from; None when it uses a password."""
    return TokenSource(login.oauth) if login.oauth is not None else None


def make_sender(settings: Settings) -> SmtpSender | None:
    """A new connection to the outgoing server, for one thread; None when there is none configured."""
    login = settings.outgoing.smtp
    if login is None:
        return None
    return SmtpSender(login, hello=settings.outgoing.domain, tokens=token_source(login))


def build(settings: Settings, *, queue: bool = False) -> App:
    """Migrate the database and wire everything to it.

    Raises:
        SettingsError: the policy or another file of data is wrong.
        sqlalchemy.exc.OperationalError: the database cannot be reached.

    """
    workflow = read_context(settings)
    policy = workflow.policy
    migrate(settings.database_url)
    store = Store(connect(settings.database_url))
    with store.transaction() as session:
        mark = loop_mark(session)
    commands, fields = policy.commands, workflow.fields
    alerts = AlertContext(settings.outgoing, policy.alerts, mark, commands.token_days, commands.confirm_hours, fields)
    alerts = replace(
        alerts, customer=policy.customer, queues=lambda s, person, now: queue_counts(s, Asked(person, now, policy))
    )
    app = App(settings, policy, store, workflow, IngestContext(settings, workflow, mark), alerts)
    if not queue:
        return app
    return replace(app, queue=Queue(make_broker(settings.redis_url), app.process))


def read_context(settings: Settings) -> Context:
    """Everything the workflow needs that stands in files; nothing is connected before all of them are right.

    Raises:
        SettingsError: one of them cannot be read, or is wrong.

    """
    policy, fields = read_policy(settings), read_fields(settings)
    return Context(
        policy,
        settings.outgoing,
        fields=fields,
        closeouts=read_closeouts(settings),
        playbooks=read_playbooks(settings, policy),
        matrix=read_matrix(settings),
        rollups=read_rollups(settings, fields),
        boxes={box.name: box.address.lower() for box in settings.mailboxes},
    )


def read_policy(settings: Settings) -> Policy:
    """The policy with the admin's changes laid over it.

    Raises:
        SettingsError: the file cannot be read, or any rule in it is wrong; one sentence each.

    """
    try:
        return load_policy(settings.policy)
    except OSError as error:
        raise SettingsError([f"policy names {settings.policy}, which cannot be read: {error.strerror}."]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{settings.policy} is not valid TOML: {error}."]) from error
    except ValidationError as error:
        raise SettingsError(
            [f"{settings.policy}, {'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors()]
        ) from error


def read_fields(settings: Settings) -> Fields:
    """What the record asks for, with the admin's own laid over it. Raises SettingsError where anything is wrong."""
    try:
        return load_fields(settings.fields)
    except FieldsError as error:
        raise SettingsError(error.sentences) from error


def read_closeouts(settings: Settings) -> Closeouts:
    """The prompts of closeouts with the admin's own laid over them. Raises SettingsError where one is wrong."""
    try:
        return load_closeouts(settings.closeouts)
    except CloseoutsError as error:
        raise SettingsError([str(error)]) from error


def read_rollups(settings: Settings, fields: Fields) -> Rollups:
    """The figures of a team's own for each customer. Raises SettingsError where one is wrong."""
    try:
        rollups = load_rollups(settings.rollups)
        check_fields(rollups, fields, settings.rollups or "rollups.toml")
    except RollupsError as error:
        raise SettingsError(error.sentences) from error
    return rollups


def read_playbooks(settings: Settings, policy: Policy) -> Playbooks | None:
    """The playbooks, the admin's own in the place of the shipped; None when the policy wants no duties.

    Raises:
        SettingsError: one of them is wrong; the sentence names file and key.

    """
    try:
        playbooks = load_playbooks(settings.playbooks)
    except PlaybookError as error:
        raise SettingsError([f"{error}."]) from error
    return playbooks if policy.playbooks.duties else None


def read_matrix(settings: Settings) -> Matrix:
    """Who gets what and who is asked next, the admin's own laid over it. Raises SettingsError where it is wrong."""
    try:
        return load_matrix(settings.matrix)
    except MatrixError as error:
        raise SettingsError(str(error).splitlines()) from error


def loop_mark(session: Session) -> str:
    """Give this installation's mark in its mails' loop header, so that its own mail is known when it comes back."""
    return hashlib.sha256(signing_key(session, LOOP_PURPOSE).secret).hexdigest()[:16]
