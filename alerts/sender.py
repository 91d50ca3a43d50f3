"""Hands one mail to the SMTP server, and says exactly how far it came when that fails."""

import re
import select
import smtplib  # noqa: TID251 - the one module that sends
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from alerts import trouble
from alerts.clean import one_line
from alerts.errors import AlertError
from alerts.handover import Failed, Phase, Sent, Watch
from alerts.mail import OutgoingMail
from config.killpoint import killpoint
from config.oauth import OAuthError, TokenSource, xoauth2_string
from config.settings import Login, Security, Smtp

LONGEST_STEP_SECONDS = 60
"""No single step may outlast the deliverer's lease on the notice (alerts.lease)."""

LONGEST_WAIT_AFTER_DOT_SECONDS = 300
"""Content filters scan before they answer; RFC 5321, section 4.5.3.2.6, asks for patience here above all."""

BEAT_SECONDS = 10
STALE_SECONDS = 20
"""A connection idle for longer is tried with NOOP first: servers and NAT boxes drop idle ones silently."""

_DOT_AT_LINE_START = re.compile(rb"^\.", re.MULTILINE)
_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}
_SERVICE_CLOSING = 421
_START_INPUT = 354
_DONE = 250
_WILL_FORWARD = 251


class _RefusedError(AlertError):
    """One step was answered with a refusal."""

    def __init__(self, phase: Phase, step: str, code: int, reply: bytes) -> None:
        super().__init__(trouble.refusal(step, code, reply))
        self.phase, self.step, self.code = phase, step, code


class SmtpSender:
    """One SMTP connection, kept for a burst and made anew when it went stale. Not shared between threads."""

    def __init__(self, login: Smtp, *, hello: str, tokens: TokenSource | None = None) -> None:
        self._login, self._hello, self._tokens = login, hello, tokens
        self._timeout = min(login.timeout_seconds, LONGEST_STEP_SECONDS)
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0

    def open(self, now: datetime) -> Failed | None:
        """Connect and log in unless that is done; None when the server is ready for a mail.

        A refusal here is never a mail's fault: a wrong password must not use up any notice's attempts.
        `now` is for the access token's expiry.
        """
        if self._smtp is not None and not self._is_stale(self._smtp):
            return None
        self.close()
        try:
            self._smtp = self._connect(now)
        except (smtplib.SMTPException, OSError, AlertError, OAuthError) as error:
            return _failed(Phase.OPEN, error)
        self._used_at = time.monotonic()
        return None

    def send(self, mail: OutgoingMail, watch: Watch) -> Sent | Failed:
        """Hand over one mail to its one recipient. Never raises for what the server or the network does."""
        if self._smtp is None:
            return Failed(permanent=False, phase=Phase.OPEN, reason="closed", detail="open() was not called")
        step = _Step()
        try:
            reply = self._transaction(self._smtp, mail, watch, step)
        except _RefusedError as refused:
            return self._refused(refused)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _failed(step.phase, error)
        self._used_at = time.monotonic()
        return Sent(reply)

    def close(self) -> None:
        """Drop the connection without ceremony: a mail under way is thereby taken back."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _is_stale(self, smtp: smtplib.SMTP) -> bool:
        if smtp.sock is None or time.monotonic() - self._used_at < STALE_SECONDS:
            return smtp.sock is None
        try:
            return smtp.noop()[0] != _DONE
        except (smtplib.SMTPException, OSError):
            return True

    def _connect(self, now: datetime) -> smtplib.SMTP:
        login = self._login
        port = login.port or _PORTS[login.security]
        refuse_open_plain(login)
        if login.security is Security.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                login.host, port, self._hello, timeout=self._timeout, context=_tls(login)
            )
        else:
            smtp = smtplib.SMTP(login.host, port, self._hello, timeout=self._timeout)
        assert smtp.sock is not None
        # The dot is a tiny segment of its own: Nagle's algorithm would hold it for the server's delayed ACK, 40 ms.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._greet(smtp, now)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _greet(self, smtp: smtplib.SMTP, now: datetime) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._login.security is Security.STARTTLS:
            # Raises when the server does not offer it: never fall back to clear text.
            smtp.starttls(context=_tls(self._login))
            smtp.ehlo_or_helo_if_needed()
        if self._tokens is not None:
            bearer = xoauth2_string(self._login.user, self._tokens.token(now))
            try:
                # A challenge holds the reason of a refusal; an empty answer makes the server end it with a code.
                smtp.auth("XOAUTH2", lambda challenge=None: "" if challenge else bearer)
            except smtplib.SMTPAuthenticationError:
                self._tokens.invalidate()
                raise
        elif self._login.password is not None:
            smtp.login(self._login.user, self._login.password.get_secret_value())

    def _transaction(self, smtp: smtplib.SMTP, mail: OutgoingMail, watch: Watch, step: "_Step") -> str:
        step.phase = Phase.ENVELOPE
        _expect(_DONE, smtp.mail(mail.envelope_from), Phase.ENVELOPE, "mail")
        watch.alive()
        _expect(_DONE, smtp.rcpt(mail.recipient), Phase.ENVELOPE, "rcpt")
        killpoint("K16")
        watch.alive()
        step.phase = Phase.DATA
        _expect(_START_INPUT, smtp.docmd("data"), Phase.DATA, "data")
        data = _DOT_AT_LINE_START.sub(b"..", mail.raw)
        smtp.send(data[: len(data) // 2])
        killpoint("K17")
        smtp.send(data[len(data) // 2 :] + (b"" if data.endswith(b"\r\n") else b"\r\n"))
        if not watch.before_dot():
            self.close()
            raise _RefusedError(Phase.DATA, "claim", 0, b"")
        step.phase = Phase.AFTER_DOT
        smtp.send(b".\r\n")
        killpoint("K18")
        _wait(smtp, watch)
        return _expect(_DONE, smtp.getreply(), Phase.REFUSED, "after_dot")

    def _refused(self, refused: _RefusedError) -> Failed:
        # RSET would do, but a server that refused one mail often closes: a new connection is always right.
        if refused.code == _SERVICE_CLOSING or not self._reset():
            self.close()
        reason = f"{refused.step}_{refused.code}" if refused.code else refused.step
        permanent = refused.code // 100 == 5  # noqa: PLR2004 - 5yz is a permanent refusal (RFC 5321, section 4.2.1)
        return Failed(permanent=permanent, phase=refused.phase, reason=reason, detail=str(refused))

    def _reset(self) -> bool:
        try:
            return self._smtp is not None and self._smtp.rset()[0] == _DONE
        except (smtplib.SMTPException, OSError):
            return False


@dataclass
class _Step:
    """How far the transaction under way has come, for an error that does not tell."""

    phase: Phase = Phase.OPEN


def _failed(phase: Phase, error: Exception) -> Failed:
    return Failed(permanent=False, phase=phase, reason=trouble.label(error), detail=trouble.sentence(error))


def refuse_open_plain(login: Login) -> None:
    """Stop before a password or a mail goes over an open line.

    Raises:
        AlertError: `plain` to a host that is not this machine, and not allowed by the settings.

    """
    if login.security is Security.PLAIN and not login.allow_plain and not _is_loopback(login.host):
        raise AlertError(
            f"security = 'plain' to {login.host} would send mail unprotected: "
            "set security = 'starttls' or 'tls', or allow_plain = true if the line is safe"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(login: Login) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(login.ca_file) if login.ca_file else None)


def _expect(code: int, answer: tuple[int, bytes], phase: Phase, step: str) -> str:
    got, reply = answer
    if got not in (code, _WILL_FORWARD if code == _DONE else code):
        if got == -1:
            raise smtplib.SMTPServerDisconnected("the server answered something that is not SMTP")
        raise _RefusedError(phase, step, got, reply)
    return one_line(reply.decode("utf-8", "replace"), 200)


def _wait(smtp: smtplib.SMTP, watch: Watch) -> None:
    """Wait in short slices for the answer to the dot, so that the claim can be renewed meanwhile."""
    sock = smtp.sock
    until = time.monotonic() + LONGEST_WAIT_AFTER_DOT_SECONDS
    while sock is not None and time.monotonic() < until:
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return
        if select.select([sock], [], [], BEAT_SECONDS)[0]:
            return
        watch.alive()
    raise TimeoutError("the server did not say whether it took the mail")
