"""Writes the digest's short list of queues: how much waits where, and the worst of it."""

from sqlalchemy.orm import Session

from alerts import build, phrases
from alerts.clean import one_line
from alerts.clockwork import zone_of
from alerts.context import AlertContext
from store.queues import QueueCount


def queue_lines(session: Session, reader: build.Reader, ctx: AlertContext) -> tuple[str, ...]:
    """One line a queue in which something waits, under the reader's rights of this moment."""
    counts = ctx.queues(session, reader.person, reader.now) if ctx.queues is not None else ()
    return tuple(_line(each, reader) for each in counts)


def _line(each: QueueCount, reader: build.Reader) -> str:
    worst = each.worst
    about = f" {one_line(worst.about, 60)}" if worst.about and worst.about != worst.ref else ""
    at = phrases.when(worst.since, zone_of(reader.person), reader.now) if worst.since is not None else ""
    when = f", {at}" if at else ""
    said = f"{one_line(worst.ref, 60)}{about}: {one_line(worst.note, 100)}{when}"
    return f"{each.count} {each.title} ({each.name}){': ' if each.count == 1 else '; first '}{said}"
