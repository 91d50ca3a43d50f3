"""Writes a new Alembic revision from the difference between the models and the revisions so far.

`python tools/new_revision.py "add the colour of a team"`; the first revision also runs store/audit.sql.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).parents[1]))

from smokewatch.engines.postgres import Postgres
from store.migrate import configuration

AUDIT = """    # Functions and triggers of the audit. The file belongs to this revision: a change to it is a new one.
    op.get_bind().exec_driver_sql(files("store").joinpath("audit.sql").read_text(encoding="utf-8"))
"""


def main(message: str) -> None:
    """Make the revision against an empty database that all earlier revisions were applied to."""
    folder = Path(__file__).parents[1] / "store" / "migrations" / "versions"
    number = f"{len(list(folder.glob('*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as home:
        server = Postgres(Path(home), durable=False)
        engine = create_engine(server.start().replace("postgresql://", "postgresql+psycopg://", 1))
        try:
            with engine.begin() as connection:
                config = configuration(connection)
                if number != "0001":
                    command.upgrade(config, "head")
                made = command.revision(config, message, autogenerate=True, rev_id=number)
        finally:
            engine.dispose()
            server.stop()
    path = Path(str(getattr(made, "path", "")))
    if number == "0001":
        text = path.read_text(encoding="utf-8").replace("    # ### end Alembic commands ###\n", AUDIT, 1)
        path.write_text(
            text.replace("import sqlalchemy", "from importlib.resources import files\n\nimport sqlalchemy", 1)
        )
    for command_line in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *command_line, "-q", str(path)], check=False)
    print(path)


if __name__ == "__main__":
    main(sys.argv[1])
