"""Says which `IntakeError` an exception of imapclient, imaplib or the socket stands for."""

import imaplib
import re
import ssl

from imapclient.exceptions import LoginError, ProtocolError

from ingest.errors import (
    AnswerTooLarge,
    ConnectionLost,
    Insecure,
    IntakeError,
    LoginRefused,
    Refused,
    Throttled,
    TokenExpired,
    Unreachable,
)

_THROTTLE = re.compile(r"Backoff Time:\s*(\d{1,9})\s*milliseconds", re.IGNORECASE)
_BUSY = re.compile(
    r"throttled|too many (?:simultaneous )?(?:connections|requests)|\[(?:UNAVAILABLE|LIMIT|INUSE)\]", re.IGNORECASE
)
_TOKEN = re.compile(r"AccessTokenExpired|User is authenticated but not connected", re.IGNORECASE)
_TRANSIENT = re.compile(
    r"EOF|timed out|BYE|\[(?:UNAVAILABLE|SERVERBUG|CONTACTADMIN|INUSE|LIMIT)\]|temporar", re.IGNORECASE
)

BUSY_SECONDS = 60
"""How long a busy server that names no time is left alone."""


class TooLong(imaplib.IMAP4.abort):
    """A literal longer than any mail we would take; imaplib would allocate it at once."""


def explain(error: Exception, where: str, what: str) -> IntakeError:
    """The `IntakeError` that says what an exception of imapclient, imaplib or the socket means."""
    text = shorten(error)
    broken = isinstance(error, imaplib.IMAP4.abort | OSError | ProtocolError)
    if isinstance(error, IntakeError):
        found: IntakeError = error
    elif named := _THROTTLE.search(text):
        found = Throttled(f"{where} is throttling us: {text}", int(named[1]) / 1000)
    elif _TOKEN.search(text):
        found = TokenExpired(f"{where} ended the session: {text}")
    elif isinstance(error, TooLong):
        found = AnswerTooLarge(f"{where} {text} to {what}")
    elif isinstance(error, LoginError) and not _TRANSIENT.search(text):
        found = LoginRefused(f"{where} refused the login: {text}; check user, password or oauth settings")
    elif isinstance(error, imaplib.IMAP4.error) and not broken and _BUSY.search(text):
        found = Throttled(f"{where} is busy: {text}", BUSY_SECONDS)
    elif isinstance(error, imaplib.IMAP4.error) and not broken and not isinstance(error, LoginError):
        found = Refused(f"{where} refused {what}: {text}")
    elif isinstance(error, imaplib.IMAP4.error | OSError):
        found = ConnectionLost(f"{where} ended the connection during {what}: {text}")
    else:
        found = ConnectionLost(f"{where} answered {what} with what cannot be read ({type(error).__name__})")
    return found


def shorten(error: Exception) -> str:
    """The first line of an exception's text; a server's answer may hold anything."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    return text[:300]


def unreachable(error: IntakeError, where: str) -> IntakeError:
    """What a connection that was lost before the greeting means: no server, or no trust in it."""
    if isinstance(error.__cause__, ssl.SSLError):
        return Insecure(f"{where}: the TLS handshake failed ({shorten(error.__cause__)}); check host, port and ca_file")
    reason = shorten(error.__cause__) if isinstance(error.__cause__, OSError) else str(error)
    return Unreachable(f"{where} cannot be reached: {reason}; check host and port")
