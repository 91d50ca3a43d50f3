"""Turns any failure into a sentence for people and an exit code for scripts."""

import errno
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from config.load import SettingsError
from ingest.errors import IntakeError, StoreUnavailable
from smokewatch import room
from smokewatch.cli.output import Exit
from smokewatch.engines.errors import EngineError
from store.extensions import ExtensionMissingError
from workflow.errors import WorkflowError


def explain(error: Exception) -> tuple[Exit, list[str]]:
    """The exit code and sentences for a failure; the first row of the table that fits decides."""
    for kinds, code, sentences in _EXPLAINED:
        if isinstance(error, kinds):
            return code, sentences(error)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    return Exit.REFUSED, [f"This is a fault in Smokewatch ({type(error).__name__} at {at}); please report it."]


def _database(error: OperationalError) -> str:
    state = room.state_of(error)
    if refused := room.sentence(error):
        return refused
    if state in ("40P01", "40001"):
        return "Somebody else changed the same escalation at that moment, so nothing was done: run it again."
    if state in ("28P01", "28000"):
        return "The database refused the login: check the user and password in database_url."
    if state == "3D000":
        return "The database named in database_url does not exist: create it (createdb), or correct the name."
    reason = str(error.orig).splitlines()[0].removeprefix("connection failed: ") if error.orig else "no reason given"
    return f"The database cannot be reached: {reason}. Check database_url and that the server runs."


def _refused(error: DBAPIError) -> str:
    if room.state_of(error) == "22003":
        return "A number in it is larger than any there is: write it as the lists show it."
    return f"The database refused the work ({type(error.orig).__name__}); see its log."


def _system(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full{f' at {error.filename}' if error.filename else ''}: make room, then run it again."
    return f"The system refused{f' {error.filename}' if error.filename else ''}: {error.strerror or error}."


_EXPLAINED: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Exit, Callable[[Any], list[str]]], ...] = (
    (SettingsError, Exit.SETTINGS, lambda e: e.sentences),
    (ExtensionMissingError, Exit.SETTINGS, lambda e: [str(e)]),
    (EngineError, Exit.TRY_AGAIN, lambda e: [str(e)]),
    (StoreUnavailable, Exit.TRY_AGAIN, lambda e: [str(e)]),  # a mail server's pipe must try again
    ((WorkflowError, IntakeError, LookupError), Exit.REFUSED, lambda e: [str(e)]),
    (OperationalError, Exit.TRY_AGAIN, lambda e: [_database(e)]),
    (InternalError, Exit.TRY_AGAIN, lambda e: [room.sentence(e) or _refused(e)]),
    (DBAPIError, Exit.REFUSED, lambda e: [_refused(e)]),
    (OSError, Exit.TRY_AGAIN, lambda e: [_system(e)]),
)
