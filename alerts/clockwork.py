"""Wall-clock questions in a person's own time zone: quiet hours, days, digest hours."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from config.policy import AlertPolicy
from store.people import Person


def zone_of(person: Person) -> tzinfo:
    """The person's zone; UTC when the name is not known to this machine, which must not stop any mail."""
    try:
        return ZoneInfo(person.zone)
    except (KeyError, ValueError, OSError):
        return UTC


def local_day(person: Person, now: datetime) -> date:
    """The person's calendar day."""
    return now.astimezone(zone_of(person)).date()


def day_start(person: Person, now: datetime) -> datetime:
    """When the person's calendar day began."""
    return datetime.combine(local_day(person, now), time(), zone_of(person)).astimezone(UTC)


def quiet_end(person: Person, policy: AlertPolicy, now: datetime) -> datetime | None:
    """When the person's quiet hours that `now` lies in are over; None when it lies in none."""
    start = _preferred(person.preferences, "quiet_from", policy.quiet_from)
    end = _preferred(person.preferences, "quiet_until", policy.quiet_until)
    return window_end(now, zone_of(person), start, end)


def window_end(now: datetime, zone: tzinfo, start: time, end: time) -> datetime | None:
    """When the daily window `start`..`end` (wall clock, may pass midnight) that holds `now` is over, in UTC."""
    local = now.astimezone(zone)
    wall = local.time()
    inside = start <= wall < end if start <= end else wall >= start or wall < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if end <= wall else 0)
    over = datetime.combine(day, end, zone)
    if over.astimezone(UTC) <= now:
        # The hour that is repeated when summer time ends: the second one is meant.
        over = over.replace(fold=1)
    return over.astimezone(UTC)


def digest_hour(person: Person, policy: AlertPolicy) -> int:
    """The local hour this person's digest comes at."""
    hour = person.preferences.get("digest_hour")
    return hour if isinstance(hour, int) and 0 <= hour <= 23 else policy.digest_hour  # noqa: PLR2004 - hours of a day


def daily_budget(person: Person, policy: AlertPolicy) -> int:
    """How many alerts this person gets a day."""
    budget = person.preferences.get("daily_budget")
    return budget if isinstance(budget, int) and budget >= 0 else policy.daily_budget


def _preferred(preferences: dict[str, Any], key: str, default: time) -> time:
    try:
        return time.fromisoformat(str(preferences[key]))
    except (KeyError, ValueError):
        return default
