"""The documentation names what there is, and every command it names exists."""

import re
from pathlib import Path

import pytest
import typer

from smokewatch.cli.app import app
from workflow.verbs import VERBS

ROOT = Path(__file__).parents[2]
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def _commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(getattr(group, "commands", {}))


def test_every_verb_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [verb.name for verb in VERBS.values() if f"`{verb.name}" not in text] == []


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    verbs = {name.replace(" ", "-") for name in VERBS}
    assert [name for name in sorted(_commands() - verbs - {"web"}) if f"`{name}" not in text] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = re.findall(
        r"(?:^|[`/])smokewatch (?:--as \S+ )?([a-z][a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(named) <= _commands()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
