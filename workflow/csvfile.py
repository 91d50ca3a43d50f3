"""Reads a CSV file row by row and collects every mistake, so that all are told at once and nothing is half done."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workflow.errors import WorkflowError

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
MOST_TOLD = 20
"""Mistakes told one by one; the rest are counted."""
Value = TypeVar("Value")


@dataclass(frozen=True)
class Mistake:
    """One wrong cell. `line` is the line of the file, 1 for the header."""

    line: int
    column: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.what}. {self.fix}"


class CsvError(WorkflowError):
    """A file that was not imported, with everything that is wrong in it."""

    def __init__(self, source: str, mistakes: Sequence[Mistake]) -> None:
        self.source, self.mistakes = source, tuple(mistakes)
        told = [f"  {mistake}" for mistake in self.mistakes[:MOST_TOLD]]
        if len(self.mistakes) > MOST_TOLD:
            told.append(f"  and {len(self.mistakes) - MOST_TOLD} more")
        super().__init__("\n".join([f"{source} was not imported; nothing was changed:", *told]))


class BadCellError(WorkflowError):
    """A cell that cannot be used: what is wrong, and what to write instead."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


class Sheet:
    """A CSV file being read; `mistakes` fills up while its cells are taken."""

    def __init__(self, text: str, source: str, columns: Sequence[str], needed: Sequence[str]) -> None:
        self.source, self.mistakes = source, list[Mistake]()
        self._reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
        self._check_header(columns, needed)

    def rows(self) -> Iterator["CsvRow"]:
        """Every row that is not empty."""
        try:
            for cells in self._reader:
                row = CsvRow(self, self._reader.line_num, cells)
                if None in cells:
                    row.wrong("row", "it has more cells than the header", 'Put "..." around a value with a comma.')
                elif any((value or "").strip() for value in cells.values()):
                    yield row
        except csv.Error as error:
            self.wrong(self._reader.line_num, "row", f"it is not readable as CSV ({error})", "Mend the quotes.")

    def wrong(self, line: int, column: str, what: str, fix: str) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(line, column, what, fix))

    def check(self) -> None:
        """Raise CsvError when there was any mistake."""
        if self.mistakes:
            raise CsvError(self.source, sorted(self.mistakes, key=lambda each: each.line))

    def _check_header(self, columns: Sequence[str], needed: Sequence[str]) -> None:
        try:
            names = [name.strip().lower() for name in self._reader.fieldnames or ()]
        except csv.Error as error:
            names = []
            self.wrong(1, "header", f"it is not readable as CSV ({error})", "Save the file as CSV with commas.")
        self._reader.fieldnames = names
        if len(names) == 1 and ";" in names[0]:
            self.wrong(1, "header", "the columns are parted by semicolons", "Save the file with commas.")
        else:
            for name in needed:
                if name not in names:
                    self.wrong(1, "header", f"the column `{name}` is missing", f"Begin with: {','.join(columns)}.")
            for name in names:
                if name not in columns:
                    self.wrong(1, "header", f"the column `{name}` is not known", f"Known are: {', '.join(columns)}.")
        self.check()


class CsvRow:
    """One row; a cell is taken through a reader that may refuse it."""

    def __init__(self, sheet: Sheet, line: int, cells: dict[str, str]) -> None:
        self._sheet, self.line, self._cells = sheet, line, cells

    def text(self, column: str) -> str:
        """The cell without outer blanks; empty when the column is absent."""
        return (self._cells.get(column) or "").strip()

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self._cells

    def take(self, column: str, read: Callable[[str], Value], default: Value) -> Value:
        """The cell as `read` understands it; `default` when it is empty or wrong, the latter noted."""
        text = self.text(column)
        if not text:
            return default
        try:
            return read(text)
        except BadCellError as bad:
            self.wrong(column, bad.what, bad.fix)
            return default

    def need(self, column: str, read: Callable[[str], str]) -> str:
        """A cell that must not be empty."""
        if not self.text(column):
            self.wrong(column, "it is empty", "Every row needs it.")
        return self.take(column, read, "")

    def wrong(self, column: str, what: str, fix: str) -> None:
        """Note a mistake in this row."""
        self._sheet.wrong(self.line, column, what, fix)


def email(text: str) -> str:
    """A bare mail address in lower case."""
    low = text.lower()
    if not _EMAIL.fullmatch(low):
        raise BadCellError(f'"{text[:80]}" is not a mail address', "Write it as name@company.example.")
    return low


def parts(text: str) -> list[str]:
    """The parts of a cell, parted by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]
