"""Runs one command, and turns every failure into a sentence and an exit code."""

import typer
from typer.exceptions import TyperException

from smokewatch.cli.app import app
from smokewatch.cli.failures import explain
from smokewatch.cli.output import Exit, complain


def run(arguments: list[str] | None = None) -> int:
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
