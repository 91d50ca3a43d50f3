"""Says dates, spans and findings in the words a colleague would use."""

from datetime import UTC, datetime, timedelta, tzinfo

from config.words import SIGNAL_NAMES, Signal

HAPPENED: dict[str, str] = {
    Signal.REPEATED_FOLLOW_UP: "has asked again and still has no real answer from us",
    Signal.MISSED_PROMISE: "did not get what we had promised in time",
    Signal.EXECUTIVE_VISIBILITY: "has brought somebody senior into this",
    Signal.ACCOUNT_RISK: "is writing in a way that puts the account at risk",
    Signal.SPREAD: "has pulled more people and teams into the thread",
    Signal.DEADLINE: "has given us a deadline",
    Signal.IMPACT: "says that their business is being hurt",
    Signal.CHANGED_NEXT_STEP: "has seen our plan change again",
    Signal.NEW_DECISION_MAKER: "has a new decision-maker on the thread",
    Signal.REPEAT_ISSUE: "has a problem back that was supposed to be solved",
    Signal.URGENCY: "says that it cannot wait",
    Signal.TONE: "is losing patience with us",
}


def happened(signal: object) -> str:
    """What a finding means, to follow the customer's name."""
    return HAPPENED.get(str(signal), "needs attention")


def name_of(signal: object) -> str:
    """A finding's name as a heading."""
    return SIGNAL_NAMES.get(str(signal), str(signal).replace("_", " ").capitalize())


def opened(why: str) -> str:
    """Why an escalation was opened: `account risk: We will leave` as a heading and a quotation."""
    signal, colon, quote = why.partition(": ")
    name = SIGNAL_NAMES.get(signal.replace(" ", "_")) if colon else None
    return f"{name}: “{quote}”" if name else why


def words(value: object) -> str:
    """An identifier as people write it: `in_progress` is `in progress`."""
    return str(value).replace("_", " ")


def moment(value: object) -> datetime | None:
    """A time from a datetime or from ISO 8601 text; None when it is neither."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def when(value: object, zone: tzinfo, now: datetime) -> str:
    """A time on the reader's clock: `Wed 6 May, 10:30`, with the year when it is not this one."""
    at = moment(value)
    if at is None:
        return "an unknown time"
    local, today = at.astimezone(zone), now.astimezone(zone)
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time, rounded as people do."""
    minutes = max(0, round(length.total_seconds() / 60))
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * size - size // 2:
            count = round(minutes / size)
            return f"{count} {unit}s" if count > 1 else f"1 {unit}"
    if minutes >= 60:  # noqa: PLR2004 - an hour has 60 minutes
        return "1 hour"
    return f"{minutes} minutes" if minutes != 1 else "1 minute"


def relative(value: object, now: datetime) -> str:
    """How far away a time is: `in 2 hours`, `3 days ago`."""
    at = moment(value)
    if at is None:
        return ""
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def hours(value: object) -> str:
    """A number of hours without needless digits."""
    try:
        number = round(float(str(value)), 1)
    except ValueError:
        return str(value)
    text = f"{number:g}"
    return f"{text} hour" if text == "1" else f"{text} hours"


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
