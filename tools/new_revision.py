"""Writes a new Alembic revision from the difference between the models and the revisions so far.

`python tools/new_revision.py "add the colour of a team"`; the first revision also runs store/audit.sql.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).parents[1]))

from smokewatch.engines.postgres import Postgres
from store.migrate import configuration

FIRST = '\n    op.execute(files("store").joinpath("audit.sql").read_text(encoding="utf-8").replace(":", "\\\\:"))\n'


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
    print(getattr(made, "path", made))


if __name__ == "__main__":
    main(sys.argv[1])
