"""Commands about people, teams and accounts: import, list."""

import typer


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
