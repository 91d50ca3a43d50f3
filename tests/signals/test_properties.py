"""What holds for any text, date and order of events: dates resolve to themselves, nothing flaps, order is nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from config.policy import load_policy
from config.words import Direction, Level, Signal
from signals import business
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.deadline import Deadline, Frame, deadlines
from signals.facts import Assessment, Before, Facts, Msg
from signals.reader import read_message

Say = Callable[..., Msg]
Tell = Callable[..., Facts]
CALENDAR = Calendar("Europe/Berlin")
POLICY = load_policy()
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
WRITTEN = {
    "en": ("by {d} {m}", "on {m} {d}, {y}", "on the {d} {m} {y}", "by {y}-{n:02}-{d:02}"),
    "de": ("bis {d}. {m}", "am {d}. {m} {y}", "bis zum {d:02}.{n:02}.{y}"),
    "fr": ("le {d} {m}", "avant le {d} {m} {y}", "le {d:02}/{n:02}/{y}"),
    "es": ("el {d} de {m}", "para el {d} de {m} de {y}", "el {d:02}/{n:02}/{y}"),
    "pt": ("até {d} de {m}", "no dia {d} de {m} de {y}", "a {d:02}/{n:02}/{y}"),
}
EXCLUSIVE = ("avant", "antes")
CLOCKS = {
    "en": "at {h}:{q:02}",
    "de": "um {h}:{q:02} Uhr",
    "fr": "à {h}h{q:02}",
    "es": "a las {h}:{q:02}",
    "pt": "às {h}h{q:02}",
}

SENT = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def found(text: str, language: str, sent: datetime) -> list[Deadline]:
    words = lexicon(language)
    rules = [rule for rule in words.rules if rule.group == "date"]
    return deadlines(fold(text), rules, words, Frame(sent, CALENDAR))


def rendered(form: str, language: str, day: date) -> str:
    month = MONTHS[language].split()[day.month - 1]
    return form.format(d=day.day, n=day.month, y=day.year, m=month)


@pytest.mark.parametrize("language", LANGUAGES)
@given(sent=SENT, ahead=st.integers(1, 150), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_written_date_resolves_to_itself(language: str, sent: datetime, ahead: int, data: st.DataObject) -> None:
    day = sent.astimezone(CALENDAR.clock).date() + timedelta(days=ahead)
    form = data.draw(st.sampled_from(WRITTEN[language]))
    read = found(rendered(form, language, day), language, sent)
    assert len(read) == 1
    if form.startswith(EXCLUSIVE):
        assert sent < read[0].due <= business.close_of(CALENDAR, day)
    else:
        assert read[0].due == business.close_of(CALENDAR, day)


@pytest.mark.parametrize("language", LANGUAGES)
@given(sent=SENT, ahead=st.integers(1, 150), at=st.times(time(6), time(21)))
@settings(max_examples=40, deadline=None)
def test_a_written_time_of_day_is_the_senders(language: str, sent: datetime, ahead: int, at: time) -> None:
    day = sent.astimezone(CALENDAR.clock).date() + timedelta(days=ahead)
    text = rendered(WRITTEN[language][0], language, day) + " " + CLOCKS[language].format(h=at.hour, q=at.minute)
    wanted = datetime.combine(day, at.replace(second=0, microsecond=0), ZoneInfo("Europe/Berlin"))
    assert [d.due for d in found(text, language, sent)] == [wanted.astimezone(UTC)]


@pytest.mark.parametrize("language", LANGUAGES)
@given(sent=SENT, place=st.integers(0, 6), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_weekday_lies_within_the_week_to_come(language: str, sent: datetime, place: int, data: st.DataObject) -> None:
    names = [name for name, day in lexicon(language).tables["weekdays"].items() if day == place and len(name) > 3]
    for read in found(data.draw(st.sampled_from(names)), language, sent):
        here = read.due.astimezone(CALENDAR.clock)
        assert here.weekday() == place
        assert timedelta(0) < here.date() - sent.astimezone(CALENDAR.clock).date() <= timedelta(days=7)


WORDS = """on by until at the
3 31 6 12 2026 may june monday next week end of 25:99 30/02 5pm 0 14h midi demain morgen bis
um freitag avant le lundi hoy mañana antes del amanhã até às segunda-feira in two days within 48 hours . , : - /"""
PIECES = st.sampled_from(WORDS.split())


@given(words=st.lists(PIECES, max_size=14), language=st.sampled_from(LANGUAGES), sent=SENT)
@settings(max_examples=300, deadline=None)
def test_a_promise_is_never_due_before_it_is_made(words: list[str], language: str, sent: datetime) -> None:
    text = f"I will send it to you {' '.join(words)}"
    reading = read_message(text, Direction.OUT, sent, CALENDAR, language)
    assert all(p.due is None or p.due >= sent for p in reading.pledges)


@given(text=st.text(max_size=300), language=st.sampled_from(LANGUAGES), sent=SENT)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(text: str, language: str, sent: datetime) -> None:
    for direction in (Direction.IN, Direction.OUT):
        reading = read_message(text, direction, sent, CALENDAR, language, subject=text[:50])
        assert all(0 <= p.start < p.end <= len(text) for p in reading.pledges)


@given(words=st.lists(PIECES, max_size=20), language=st.sampled_from(LANGUAGES), sent=SENT)
@settings(max_examples=300, deadline=None)
def test_any_heap_of_date_words_can_be_read(words: list[str], language: str, sent: datetime) -> None:
    text = " ".join(words)
    for read in found(text, language, sent):
        assert 0 <= read.start < read.end <= len(text)


EVENTS = [
    ("in", "Which columns feed that total? Please answer today, this is urgent."),
    ("out", "I will send you the list by 5 pm tomorrow."),
    ("out", "We have to move it, you will have the list on Friday."),
    ("in", "Any news? This is my third mail."),
    ("out", "We are looking into it."),
    ("in", "We will cancel our contract and call our lawyers."),
    ("internal", "Bo, that one is yours, please take over."),
    ("out", "The list is attached, as promised."),
    ("in", "Never mind, solved it ourselves."),
    ("in", "Thank you, it works now!"),
]
COURSE = st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0.1, 30.0)), min_size=1, max_size=9)


def mails_of(say: Say, course: list[Any]) -> list[Msg]:
    at, mails = 0.0, []
    for number, ((way, text), gap) in enumerate(course, 1):
        at += gap
        mails.append(say(number, way, at, text))
    return mails


def after(seen: Assessment, before: Before, now: datetime) -> Before:
    """What the record remembers of an evaluation, as `workflow.assess` writes it."""
    levels = {f.signal: (f.level, now) for f in seen.findings}
    kept = {s: before.levels[s] if before.levels.get(s, (None,))[0] == v[0] else v for s, v in levels.items()}
    return Before(kept, seen.risk, before.risk_since if seen.risk is before.risk else now)


@given(course=COURSE, looks=st.lists(st.floats(0.01, 12.0), max_size=8))
@settings(max_examples=80, deadline=None, suppress_health_check=QUIET)
def test_a_level_that_fell_falls_again_only_after_quiet_hours(
    say: Say, tell: Tell, course: list[Any], looks: list[float]
) -> None:
    mails = mails_of(say, course)
    moments = sorted({m.sent_at for m in mails} | {mails[-1].sent_at + timedelta(hours=h) for h in looks})
    before = Before()
    falls: dict[Signal, list[tuple[datetime, Level, Level]]] = {s: [] for s in Signal}
    for now in moments:
        seen = evaluate(tell(*mails, before=before), POLICY, now)
        levels = {f.signal: f.level for f in seen.findings}
        for signal, (stood, _) in before.levels.items():
            if levels.get(signal, Level.CLEAR) < stood:
                falls[signal].append((now, stood, levels.get(signal, Level.CLEAR)))
        before = after(seen, before, now)
    for steps in falls.values():
        for (one, _, _), (other, _, _) in pairwise(steps):
            assert business.business_hours_between(CALENDAR, one, other) >= POLICY.risk.fall_after_business_hours


@given(course=COURSE, order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
def test_mails_out_of_order_end_in_the_same_state(say: Say, tell: Tell, course: list[Any], order: Any) -> None:
    mails = mails_of(say, course)
    shuffled = list(mails)
    order.shuffle(shuffled)
    end = mails[-1].sent_at + timedelta(days=3)
    one, other = ended(tell, mails, end), ended(tell, shuffled, end)
    assert one.ledger == other.ledger
    assert [(f.signal, f.level, f.quote) for f in one.findings] == [
        (f.signal, f.level, f.quote) for f in other.findings
    ]


def ended(tell: Tell, arriving: list[Msg], end: datetime) -> Assessment:
    """The mails arrive one by one, each evaluated on arrival; then quiet days pass."""
    before, now = Before(), max(m.sent_at for m in arriving)
    for count in range(1, len(arriving) + 1):
        before = after(evaluate(tell(*arriving[:count], before=before), POLICY, now), before, now)
    return evaluate(tell(*arriving, before=before), POLICY, end)
