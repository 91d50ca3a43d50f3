"""A matrix for tests: Lena and Bob share the services, Carl backs them up; and what happens by the clock."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from config.matrix import Matrix, load_matrix
from config.policy import load_policy
from config.settings import Outgoing
from store.people import Person
from tests.workflow.desk import Desk
from workflow.context import Context
from workflow.execute import Request, Transcript, run_block
from workflow.grammar import parse_block
from workflow.trust import Trust

SERVICES = """
[categories.product]
primary = ["lena.vogt@us.example", "bob.stone@us.example"]
backup = ["stan.kowal@us.example"]
"""


def matrix(tmp_path: Path, text: str = SERVICES) -> Matrix:
    """The shipped matrix with a text laid over it."""
    path = tmp_path / "matrix.toml"
    path.write_text(text, encoding="utf-8")
    return load_matrix(path)


def context(rules: Matrix | None = None) -> Context:
    """A context with a matrix, by default the shipped one."""
    return Context(load_policy(), Outgoing(), matrix=rules or load_matrix())


def says(desk: Desk, text: str, person: Person, ctx: Context, at: datetime | None = None) -> Transcript:
    """Run a reply under a matrix."""
    by = replace(desk.by(person), now=at or desk.now)
    return run_block(
        desk.session, by, desk.esc.id, parse_block(text, by.now, "Europe/Berlin"), Request(Trust.CONFIRMED, ctx)
    )
