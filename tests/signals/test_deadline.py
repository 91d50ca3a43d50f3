"""The deadline grammar: what it resolves in five languages, and that it never fails on any text."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from signals.calendar import Calendar
from signals.deadline import Deadline, Frame, deadlines

WEDNESDAY = datetime.fromisoformat("2026-05-06T10:30:00+02:00")
HEAP = ["31", "12", "0", "99", "may", "mai", "de", "by", "bis", "/", ".", ":", "2026", "next", "am", "pm", "h", "uhr"]
HEAP += [
    "tomorrow",
    "friday",
    "week",
    "end",
    "of",
    "in",
    "40",
    "days",
    "before",
    "the",
    "quarter",
    "kw",
    "semana",
    "mes",
]
CALENDAR = Calendar("Europe/Berlin", time(9), time(17, 30), frozenset({date(2026, 5, 14)}))


def found(language: str, text: str, calendar: Calendar = CALENDAR, sent: datetime = WEDNESDAY) -> list[Deadline]:
    folded, words = fold(text), lexicon(language)
    rules = [rule for rule in words.candidates(folded, "out") if rule.group == "date"]
    return deadlines(folded, rules, words, Frame(sent, calendar))


@pytest.mark.parametrize(
    ("language", "text", "due"),
    [
        ("en", "by close of business Monday", "05-11T17:30"),
        ("en", "on Friday before noon", "05-08T12:00"),
        ("en", "by 2 pm today", "05-06T14:00"),
        ("en", "tomorrow by 11:00", "05-07T11:00"),
        ("en", "on the next working day", "05-07T17:30"),
        ("en", "within two business days", "05-08T17:30"),
        ("en", "within 24 hours", "05-07T10:30"),
        ("en", "in the next hour", "05-06T11:30"),
        ("en", "by the end of next week", "05-15T17:30"),
        ("en", "early next week", "05-12T17:30"),
        ("en", "New date is Tuesday 12 May, end of day", "05-12T17:30"),
        ("en", "before Friday", "05-07T17:30"),
        ("en", "before 4 pm on Friday", "05-08T16:00"),
        ("en", "by Thursday evening", "05-07T17:30"),
        ("en", "by end of May", "05-29T17:30"),
        ("en", "on the 15th", "05-15T17:30"),
        ("en", "May 12, 2026", "05-12T17:30"),
        ("en", "2026-05-12 at 3 p.m.", "05-12T15:00"),
        ("en", "by 2 pm Pacific tomorrow", "05-07T23:00"),
        ("en", "next Friday", "05-15T17:30"),
        ("en", "by half past three", "05-06T15:30"),
        ("en", "tomorrow at quarter to five", "05-07T16:45"),
        ("de", "heute bis halb vier", "05-06T15:30"),
        ("de", "morgen viertel nach zehn", "05-07T10:15"),
        ("fr", "demain à 10 h et demie", "05-07T10:30"),
        ("es", "mañana a las cuatro y media", "05-07T16:30"),
        ("pt", "amanhã às quatro e meia", "05-07T16:30"),
        ("es", "mañana jueves le envío la constancia para el inspector antes de las 12:00", "05-07T12:00"),
        ("en", "by 5 pm Istanbul time", "05-06T16:00"),
        ("en", "tomorrow at 9:00 UK time", "05-07T10:00"),
        ("en", "the same day", "05-06T17:30"),
        ("de", "noch am selben Tag", "05-06T17:30"),
        ("fr", "demain à 10 h heure de Londres", "05-07T11:00"),
        ("fr", "le jour même", "05-06T17:30"),
        ("es", "el mismo día", "05-06T17:30"),
        ("es", "mañana a las 16:00 hora de Lisboa", "05-07T17:00"),
        ("pt", "no mesmo dia", "05-06T17:30"),
        ("de", "bis 13 Uhr", "05-06T13:00"),
        ("de", "am Montag bis 10 Uhr", "05-11T10:00"),
        ("de", "am Dienstag, den 12. Mai", "05-12T17:30"),
        ("de", "innerhalb von zwei Werktagen", "05-08T17:30"),
        ("de", "übermorgen um 14:45 Uhr", "05-08T14:45"),
        ("de", "bis Ende nächster Woche", "05-15T17:30"),
        ("de", "in KW 21", "05-22T17:30"),
        ("de", "am Freitagvormittag", "05-08T12:00"),
        ("fr", "demain avant 16 h", "05-07T16:00"),
        ("fr", "ce soir à 18 h au plus tard", "05-06T18:00"),
        ("fr", "mardi 12 mai à 9 h 30", "05-12T09:30"),
        ("fr", "sous deux jours ouvrés", "05-08T17:30"),
        ("fr", "en fin de journée", "05-06T17:30"),
        ("fr", "en début de semaine prochaine", "05-12T17:30"),
        ("es", "hoy antes de las 17:30", "05-06T17:30"),
        ("es", "mañana a las 9:15", "05-07T09:15"),
        ("es", "mañana por la mañana", "05-07T12:00"),
        ("es", "antes del viernes", "05-07T17:30"),
        ("es", "en dos días hábiles", "05-08T17:30"),
        ("es", "el viernes 8 de mayo a las 10:00", "05-08T10:00"),
        ("pt", "na segunda-feira, 25 de maio", "05-25T17:30"),
        ("pt", "amanhã até às 10h", "05-07T10:00"),
        ("pt", "amanhã às 9:15", "05-07T09:15"),
        ("pt", "antes de sexta", "05-07T17:30"),
        ("pt", "em dois dias úteis", "05-08T17:30"),
        ("pt", "até o fim do dia", "05-06T17:30"),
    ],
)
def test_a_date_is_resolved_to_the_latest_moment_that_keeps_it(language: str, text: str, due: str) -> None:
    assert [d.due for d in found(language, text)][:1] == [datetime.fromisoformat(f"2026-{due}:00+02:00")]


def test_a_clock_time_is_told_from_the_close_of_a_day() -> None:
    assert [found("en", text)[0].clock for text in ("by 5 pm Friday", "by Friday")] == [True, False]


def test_a_date_in_the_past_tense_is_no_deadline() -> None:
    assert found("en", "it has been open since Monday") == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "pages 3/4 of the manual"),
        ("de", "Version 4.12. läuft"),
        ("es", "es de la versión 4.12"),
        ("pt", "é da versão 4.12"),
        ("en", "we need invoice no. 12/6 again"),
        ("de", "wir brauchen Rechnung 12/6 noch einmal"),
        ("fr", "il nous faut la facture 12/6 encore une fois"),
        ("es", "necesitamos la factura 12/6 otra vez"),
        ("pt", "precisamos da fatura 12/6 outra vez"),
    ],
)
def test_the_number_of_a_version_a_page_or_an_invoice_is_no_date(language: str, text: str) -> None:
    assert found(language, text) == []


def test_a_numeric_date_is_read_by_the_place_and_marked_when_it_could_be_either() -> None:
    london, york = Calendar("Europe/London"), Calendar("America/New_York")
    days = [
        found("en", "by 06/05/2026", c, datetime.fromisoformat("2026-04-01T12:00+00:00"))[0] for c in (london, york)
    ]
    assert [(d.due.month, d.ambiguous) for d in days] == [(5, True), (6, True)]


def test_a_day_that_cannot_be_is_left_out() -> None:
    assert found("en", "on 31 June") == []


def test_two_in_the_afternoon_elsewhere_is_told_in_that_zone() -> None:
    york = Calendar("America/New_York", time(9), time(18))
    sent = datetime.fromisoformat("2026-06-02T16:50:00-04:00")
    assert found("en", "by 2 pm Pacific tomorrow", york, sent)[0].due == datetime.fromisoformat(
        "2026-06-03T17:00:00-04:00"
    )


@given(st.sampled_from(LANGUAGES), st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_the_grammar_fail(language: str, text: str) -> None:
    for deadline in found(language, text):
        assert 0 <= deadline.start < deadline.end <= len(text)


@given(st.sampled_from(LANGUAGES), st.lists(st.sampled_from(HEAP)))
@settings(max_examples=200, deadline=None)
def test_no_heap_of_date_words_makes_the_grammar_fail(language: str, words: list[str]) -> None:
    assert all(d.due.tzinfo is not None for d in found(language, " ".join(words)))
