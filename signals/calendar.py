"""The business hours of a team as plain data, from which all business time is computed."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True)
class Calendar:
    """Business hours of a team. `zone` is an IANA name; `holidays` are whole days off.

    A day that closes at or before its opening time closes on the day after (a night shift).
    """

    zone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17, 30)
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
