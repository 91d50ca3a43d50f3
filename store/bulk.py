"""Inserts many rows with one statement and one parameter, which the hot path needs: no text grows with the rows."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, TextClause, any_, bindparam, literal, literal_column, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.base import Base


def insert_rows(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], *, then: str = "", giving: str = "id"
) -> list[Any]:
    """Insert `rows` (all with the same columns) and return one column of what was inserted.

    `then` is an ON CONFLICT clause; rows it leaves out are not among the returned. The order is that of the rows,
    unless something was left out.
    """
    if not rows:
        return []
    statement = _statement(table, tuple(rows[0]), then, giving)
    values = orjson.dumps(list(rows), default=_encode).decode()
    return list(session.execute(statement, {"rows": values}).scalars())


def next_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Take `count` ids of a table ahead, for rows that others of the same statement refer to."""
    name = table.__tablename__
    taken = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(session.execute(taken, {"name": name, "count": count}).scalars())


@cache
def _statement(table: type[Base], columns: tuple[str, ...], then: str, giving: str) -> TextClause:
    known = table.__table__.columns
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    shape = ", ".join(f'"{name}" {known[name].type.compile(dialect=dialect)}' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return text(
        f"INSERT INTO {table.__tablename__} ({names}) SELECT {names} FROM ROWS FROM ("  # noqa: S608 - our own names
        f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS ({shape})) WITH ORDINALITY AS r ({names}, place) ORDER BY place "
        f"{then} RETURNING {giving}"
    )


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"a {type(value).__name__} cannot be stored in bulk")


def among(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column is one of `values`: one array parameter, where IN would write a text of its own per length."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def one_of(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """As `among`, with the list of values given at execution under `name`.

    For statements of the hot path, which are made once at import: making one anew costs more than running it.
    """
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def just(column: InstrumentedAttribute[str], state: StrEnum) -> ColumnElement[bool]:
    """Whether a column is a state, written into the statement where a parameter would stand.

    For states that have a partial index: the plan of a prepared statement, which serves any parameter, would read the
    whole table instead.
    """
    return column == literal_column(f"'{state.value}'")
