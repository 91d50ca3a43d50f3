"""Says in our own words why a mail server did not take something: its code and what that means, never its text.

A server's text may repeat addresses, content or a password, and what is said here is stored, logged and mailed.
"""

import re
import smtplib  # noqa: TID251 - for the errors; nothing is sent here
import ssl

from alerts.clean import one_line
from alerts.errors import AlertError
from config.oauth import OAuthError

MOST_CHARACTERS = 200

_STATUS = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
"""An enhanced status code (RFC 3463), which says more than the reply code and nothing about anybody."""

_STEPS = {
    "mail": "the server refused our return path",
    "rcpt": "the server refused the recipient",
    "data": "the server would not take a mail now",
    "after_dot": "the server read the mail and refused it",
    "claim": "another worker took this notice over",
}

_LABELS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "login_refused"),
    (smtplib.SMTPNotSupportedError, "not_supported"),
    (smtplib.SMTPServerDisconnected, "disconnected"),
    (smtplib.SMTPResponseException, "greeting"),
    (OAuthError, "oauth"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "timeout"),
    (OSError, "unreachable"),
)

_OWN = (AlertError, OAuthError, smtplib.SMTPNotSupportedError, smtplib.SMTPServerDisconnected, ssl.SSLError)
"""Their texts come from this machine, not from the server's reply."""


def refusal(step: str, code: int, reply: bytes) -> str:
    """What a refusal of one step means."""
    words = _STEPS.get(step, "the server refused")
    return f"{words} ({_code(code, reply)})" if code else words


def label(error: Exception) -> str:
    """A short stable word for a failure that came without an answer."""
    return next((word for kind, word in _LABELS if isinstance(error, kind)), "setting")


def sentence(error: Exception) -> str:
    """What a failure of the connection or of the login means."""
    if isinstance(error, smtplib.SMTPResponseException):
        refused = isinstance(error, smtplib.SMTPAuthenticationError)
        words = "the server refused the user name or password" if refused else "the server turned us away"
        reply = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return f"{words} ({_code(error.smtp_code, reply)})"
    if isinstance(error, _OWN):
        return one_line(error, MOST_CHARACTERS)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return one_line(error.strerror or error or type(error).__name__, MOST_CHARACTERS)
    return type(error).__name__


def unwritten(error: Exception) -> str:
    """Why a mail could not be written. Other errors than ours may quote the mail, so they give their kind alone."""
    known = f": {error}" if isinstance(error, AlertError) else ""
    return one_line(f"the mail could not be written ({type(error).__name__}){known}", 2 * MOST_CHARACTERS)


def _code(code: int, reply: bytes) -> str:
    status = _STATUS.search(reply)
    return f"SMTP {code} {status[0].decode()}" if status else f"SMTP {code}"
