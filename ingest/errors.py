"""Every error of mail intake, under one base; each text is a sentence for an admin."""

# ruff: noqa: N818 - each name already says what happened


class IntakeError(Exception):
    """Mail could not be taken in. `permanent` errors need a person; the others mend themselves when tried again."""

    permanent = False
    retry_after: float | None = None
    """Seconds to wait at least, when the other side named them."""


class Unreachable(IntakeError):
    """The mail server did not take the connection or did not greet."""


class Insecure(IntakeError):
    """The connection would have no protection, or the protection asked for could not be had."""

    permanent = True


class LoginRefused(IntakeError):
    """The server refused the name and password, or the access token."""

    permanent = True


class TokenUnavailable(IntakeError):
    """No access token could be had for the login."""


class ConnectionLost(IntakeError):
    """The connection ended, stalled or spoke nonsense in the middle of a command; nothing of it was used."""


class TokenExpired(ConnectionLost):
    """The server ended the session because its access token ran out."""


class AnswerTooLarge(ConnectionLost):
    """The server announced more bytes than it said the mail has, or than any mail may have."""


class Refused(IntakeError):
    """The server answered NO or BAD to one command; the connection is still good."""


class Throttled(IntakeError):
    """The server asked to be left alone for a while."""

    def __init__(self, sentence: str, seconds: float) -> None:
        super().__init__(sentence)
        self.retry_after = seconds


class Fenced(IntakeError):
    """Another poller has taken over this folder; what was fetched is not written."""


class ImportUnreadable(IntakeError):
    """The file or folder to import cannot be read, or is no mail."""

    permanent = True


class StoreUnavailable(IntakeError):
    """The database did not take the mail; the sender should try again (exit code 75)."""
