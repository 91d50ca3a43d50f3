"""Looks at everything the program needs, and says for each what is wrong and how to mend it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import dns.exception
import dns.resolver
import redis
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from alerts.selftest import header_injection_is_blocked
from config.oauth import OAuthError
from config.settings import Mailbox, Settings
from ingest.errors import IntakeError
from ingest.imap import open_imap
from ingest.timing import Timing
from smokewatch import room
from smokewatch.bootstrap import App, make_sender, token_source, utc_now
from smokewatch.matrixcheck import in_words, unknown_names
from store.people import Person

OLDEST_POSTGRES = 15
MOST_DRIFT = timedelta(seconds=30)
DNS_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One line of the check. `fix` is empty when all is well; `fatal` says whether the program can work without."""

    what: str
    ok: bool
    detail: str
    fix: str = ""
    fatal: bool = True


def check_all(app: App, *, local_mail: bool) -> Iterator[Finding]:
    """All checks, in the order in which they build upon one another."""
    settings = app.settings
    yield _database(app)
    yield _clock(app)
    yield _queue(settings)
    yield _disk(settings)
    for box in settings.mailboxes:
        yield _mailbox(box, settings)
    yield _outgoing(settings)
    if not local_mail:
        yield from _addresses(settings)
    yield _headers()
    yield _people(app)
    yield _matrix(app)


def _database(app: App) -> Finding:
    try:
        with app.store.transaction() as session:
            version = int(session.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
            room.try_to_write(session)
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) and (refused := room.sentence(error)):
            what, _, fix = refused.partition(": ")
            return Finding("database", False, what[0].lower() + what[1:], fix[0].upper() + fix[1:])
        return Finding("database", False, type(error).__name__, "Check database_url, and that the server runs.")
    fix = "" if version >= OLDEST_POSTGRES else f"Upgrade to PostgreSQL {OLDEST_POSTGRES} or newer."
    return Finding("database", not fix, f"PostgreSQL {version}", fix)


def _clock(app: App) -> Finding:
    with app.store.transaction() as session:
        theirs = session.execute(select(func.clock_timestamp())).scalar_one()
    drift = abs(theirs - utc_now())
    fix = "" if drift < MOST_DRIFT else "Let both machines take their time from the same NTP servers."
    return Finding("clock", not fix, f"{drift.total_seconds():.1f} s from the database's clock", fix)


def _queue(settings: Settings) -> Finding:
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=10, socket_connect_timeout=10)
    try:
        client.ping()
    except redis.AuthenticationError:
        return Finding("queue", False, "Redis refused the password", "Correct the password in redis_url.")
    except redis.RedisError as error:
        fix = "Check redis_url and that Redis runs. Mail is kept meanwhile and processed once it is back."
        return Finding("queue", False, f"Redis: {type(error).__name__}", fix)
    finally:
        client.close()
    return Finding("queue", True, "Redis answers")


def _disk(settings: Settings) -> Finding:
    settings.var.mkdir(mode=0o711, parents=True, exist_ok=True)
    short = room.short_of_room(settings)
    if short is None:
        return Finding("disk", True, f"{room.free_mb(settings.var) / 1000:.1f} GB free for {settings.var}")
    what, _, fix = short.partition(": ")
    return Finding("disk", False, what, f"{fix[0].upper()}{fix[1:]}.", fatal=False)


def _mailbox(box: Mailbox, settings: Settings) -> Finding:
    what = f"mailbox {box.name}"
    try:
        tokens = token_source(box)
        token = tokens.token(utc_now()) if tokens else ""
        imap = open_imap(box, tokens, Timing(), settings.limits.mail_bytes * 2, token)
    except OAuthError as error:
        return Finding(what, False, "no access token", f"{error}.")
    except IntakeError as error:
        return Finding(what, False, f"{box.host} cannot be used", f"{error}.")
    try:
        counts = [f"{name} {imap.select(name, readonly=True).exists} mails" for name in box.folders]
        idle = "waits in IDLE" if imap.has("IDLE") else f"no IDLE, so it is read every {box.poll_seconds} s"
    except IntakeError as error:
        return Finding(what, False, "a folder cannot be opened", f"{error}. Correct folders for this mailbox.")
    finally:
        imap.close(politely=True)
    trust = "" if box.authserv_id else "; authserv_id is empty, so every command by mail needs a confirm"
    return Finding(what, True, f"{', '.join(counts)}; {idle}{trust}")


def _outgoing(settings: Settings) -> Finding:
    sender = make_sender(settings)
    if sender is None:
        return Finding("outgoing mail", True, "filed under var/outbox by the local catcher, sent to nobody")
    trouble = sender.open(utc_now())
    sender.close()
    if trouble is None:
        return Finding("outgoing mail", True, "the server takes our mail")
    fixes = {
        "login_refused": "Correct user and password (or oauth) in [outgoing.smtp].",
        "no_starttls": 'The server offers no STARTTLS: set security = "tls" and the port that goes with it (465).',
        "tls": "The certificate is not accepted: set ca_file, or correct host to the name in the certificate.",
        "unreachable": "Check host and port in [outgoing.smtp], and the firewall between.",
        "timeout": "Check host and port in [outgoing.smtp], and the firewall between.",
    }
    fix = fixes.get(trouble.reason, "Check [outgoing.smtp].")
    return Finding("outgoing mail", False, f"{trouble.reason}: {trouble.detail}", fix)


def _addresses(settings: Settings) -> Iterator[Finding]:
    outgoing = settings.outgoing
    for domain in sorted({address.rpartition("@")[2] for address in (outgoing.from_address, outgoing.reply_address)}):
        yield _resolves(domain)
    watched = {box.address.lower().rpartition("@")[2] for box in settings.mailboxes}
    if outgoing.reply_address.lower().rpartition("@")[2] not in watched:
        fix = f"Let mail to {outgoing.reply_address} (with anything behind a +) end in a watched mailbox."
        yield Finding("reply address", False, "its domain is not that of a watched mailbox", fix, fatal=False)


def _resolves(domain: str) -> Finding:
    what = f"DNS of {domain}"
    resolver = dns.resolver.Resolver()
    lookups: tuple[tuple[str, Callable[[str], bool]], ...] = (("MX", bool), ("A", bool))
    try:
        for kind, _ in lookups:
            try:
                answers = resolver.resolve(domain, kind, lifetime=DNS_SECONDS)
            except dns.resolver.NoAnswer:
                continue
            return Finding(what, True, f"{kind} {answers[0].to_text()}")
    except dns.resolver.NXDOMAIN:
        return Finding(what, False, "no such domain", "Correct the addresses in [outgoing].", fatal=False)
    except (dns.exception.DNSException, OSError) as error:
        return Finding(what, False, type(error).__name__, "Check the name servers of this machine.", fatal=False)
    return Finding(what, False, "it takes no mail", "Give the domain an MX record.", fatal=False)


def _headers() -> Finding:
    fix = "" if header_injection_is_blocked() else "Upgrade Python: its mail library lets text become headers."
    return Finding("header self-test", not fix, "text stays text" if not fix else "text became a header", fix)


def _people(app: App) -> Finding:
    with app.store.transaction() as session:
        count = session.scalar(select(func.count()).where(Person.active)) or 0
    fix = "" if count else "Nobody would be told: add your people with `smokewatch people import FILE.csv`."
    return Finding("people", not fix, f"{count} known", fix, fatal=False)


def _matrix(app: App) -> Finding:
    matrix = app.workflow.matrix
    if matrix is None or app.settings.matrix is None:
        return Finding("matrix", True, "as shipped, it names nobody")
    with app.store.transaction() as session:
        unknown = list(unknown_names(session, matrix, app.workflow.fields))
    if not unknown:
        return Finding("matrix", True, f"all that {app.settings.matrix} names is known")
    fix = f"Correct {app.settings.matrix}, or import who is missing: they are passed over until then."
    return Finding("matrix", False, in_words(unknown), fix, fatal=False)
