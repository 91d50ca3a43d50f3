"""Says a score sheet in words, 60 columns wide."""

from collections.abc import Iterator
from textwrap import wrap

from config.words import SIGNAL_NAMES, PromiseState
from smokewatch.drill.game import Game
from smokewatch.drill.sheet import Sheet
from smokewatch.drill.show import COLUMNS, clock, name

_HOUR = 60

_STATES: dict[str, str] = {
    PromiseState.PENDING: "still open",
    PromiseState.UNARMED: "waits for the customer",
    PromiseState.SUPERSEDED: "replaced by a newer one",
}


def sheet_lines(sheet: Sheet, game: Game) -> Iterator[str]:
    """The whole sheet, a paragraph for each question."""
    yield "=" * COLUMNS
    yield f"Score sheet: {sheet.scenario}"
    yield f"The story {'ended' if sheet.finished else 'was left'} on {clock(game, sheet.ended_at)}."
    for title, rows in (
        ("Acknowledged (business time)", _acknowledged(sheet, game)),
        ("First answer to each mail (business time)", _answers(sheet)),
        ("Promises", _promises(sheet, game)),
        ("Missed signals: raised, and nobody acted", _signals(sheet, game)),
        ("Mails nobody answered", _unanswered(sheet)),
        ("Answers that nobody needed", [f"mail {number}" for number in sheet.needless]),
    ):
        yield ""
        yield f"{title}:"
        for row in list(rows) or ["none"]:
            yield from wrap(row, COLUMNS, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    yield ""
    yield from wrap(verdict(sheet), COLUMNS)


def spoken(minutes: int) -> str:
    """`after 2 h 05 min`, `at once`."""
    hours, rest = divmod(minutes, _HOUR)
    return f"after {hours} h {rest:02} min" if hours else f"after {rest} min" if rest else "at once"


def verdict(sheet: Sheet) -> str:
    """The whole drill in a sentence."""
    counts = (
        (sum(each.minutes is None for each in sheet.escalations), "escalation", "not acknowledged"),
        (sheet.promised(PromiseState.MISSED), "promise", "missed"),
        (len(sheet.missed_signals), "signal", "missed"),
        (len(sheet.unanswered), "mail", "not answered"),
        (len(sheet.needless), "answer", "that nobody needed"),
    )
    found = [f"{count} {thing}{'s' if count > 1 else ''} {fate}" for count, thing, fate in counts if count]
    return f"In short: {', '.join(found)}." if found else "In short: nothing was missed. Well done."


def _acknowledged(sheet: Sheet, game: Game) -> Iterator[str]:
    names = {each.email: each.name for each in game.scenario.person}
    for each in sheet.escalations:
        when = "never" if each.minutes is None else f"{spoken(each.minutes)}, by {names[each.acknowledged_by or '']}"
        yield f"{each.number} {each.account or 'no account'}: {when}"


def _answers(sheet: Sheet) -> Iterator[str]:
    for each in sheet.mails:
        if each.minutes is not None:
            yield f"mail {each.mail}: {spoken(each.minutes)}"


def _promises(sheet: Sheet, game: Game) -> Iterator[str]:
    for each in sheet.promises:
        due = f", due {clock(game, each.due)}" if each.due else ""
        yield f'{_STATES.get(each.state, each.state)}: "{each.quote}"{due}'


def _signals(sheet: Sheet, game: Game) -> Iterator[str]:
    for each in sheet.missed_signals:
        name = SIGNAL_NAMES.get(each.signal, each.signal)
        yield f'{each.escalation} {name}, level {each.level}, since {clock(game, each.raised_at)}: "{each.quote}"'


def _unanswered(sheet: Sheet) -> Iterator[str]:
    for each in sheet.mails:
        if each.answered_at is None:
            yield f"mail {each.mail} from {name(each.sender)}: {each.subject}"
