"""Starts the command line, and turns every failure into a sentence and an exit code."""

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from typer.exceptions import TyperException

from config.load import SettingsError
from smokewatch.cli.app import app
from smokewatch.cli.output import Exit, complain
from smokewatch.engines.errors import EngineError
from workflow.errors import WorkflowError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    try:
        outcome = app(args=arguments, prog_name="smokewatch", standalone_mode=False)
    except typer.Exit as end:
        return end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except TyperException as error:
        show = getattr(error, "show", None)
        show() if callable(show) else complain(error.format_message())
        return error.exit_code
    except BrokenPipeError:
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        code, sentences = explain(error)
        for sentence in sentences:
            complain(sentence)
        return code
    return outcome if isinstance(outcome, int) else Exit.OK


def explain(error: Exception) -> tuple[Exit, list[str]]:
    """The exit code and sentences for a failure."""
    if isinstance(error, SettingsError):
        return Exit.SETTINGS, error.sentences
    if isinstance(error, EngineError):
        return Exit.TRY_AGAIN, [str(error)]
    if isinstance(error, WorkflowError | LookupError):
        return Exit.REFUSED, [str(error)]
    if isinstance(error, OperationalError):
        return Exit.TRY_AGAIN, [_database(error)]
    if isinstance(error, DBAPIError):
        return Exit.REFUSED, [f"The database refused the work: {type(error.orig).__name__}. Run `smokewatch check`."]
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        return Exit.TRY_AGAIN, [f"The system refused{where}: {error.strerror or error}."]
    if isinstance(error, ValidationError):
        return Exit.USAGE, [f"{e['loc']}: {e['msg']}" for e in error.errors()]
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    return Exit.REFUSED, [f"This is a fault in Smokewatch ({type(error).__name__} at {at}); please report it."]


def _database(error: OperationalError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    if state == "53100":
        return "The database's disk is full: make room on it; nothing was lost, and work goes on by itself."
    if state in ("28P01", "28000"):
        return "The database refused the login: check the user and password in database_url."
    if state == "3D000":
        return "The database named in database_url does not exist: create it (createdb), or correct the name."
    reason = str(error.orig).splitlines()[0].removeprefix("connection failed: ") if error.orig else "no reason given"
    return f"The database cannot be reached: {reason}. Check database_url and that the server runs."


if __name__ == "__main__":
    sys.exit(main())
