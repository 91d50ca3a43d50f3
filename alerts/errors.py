"""The errors of outgoing mail, under one base."""


class AlertError(Exception):
    """Something about a mail of ours could not be done; the text says what, where, and what to do."""


class CannotComposeError(AlertError):
    """A notice cannot be made into a mail: trying again would not help, the notice must be moved out of the way."""


class HeaderInjectionError(CannotComposeError):
    """The finished mail carries other headers than were planned; it is never sent."""
