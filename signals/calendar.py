"""The business hours of a team as plain data, from which all business time is computed."""

from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from zoneinfo import ZoneInfo


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

    @cached_property
    def clock(self) -> ZoneInfo:
        """The zone the hours are told in."""
        return ZoneInfo(self.zone)

    @cached_property
    def _hash(self) -> int:
        return hash((self.zone, self.opens, self.closes, self.holidays, self.workdays))

    def __hash__(self) -> int:
        """Computed once: business time is looked up by calendar some dozens of times a conversation."""
        return self._hash
