"""Reading one message: places, asks, closings, replies, titles, language, and that it is quick and never fails."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.fold import fold
from config.words import Direction
from signals.calendar import Calendar
from signals.marks import Reply
from signals.reader import read_message
from signals.reading import Reading
from tests.signals.saying import said

SENT = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
CALENDAR = Calendar("Europe/Berlin")


def heard(text: str, signature: str = "") -> Reading:
    return read_message(text, Direction.IN, SENT, CALENDAR, signature=signature)


def ours(text: str) -> Reading:
    return read_message(text, Direction.OUT, SENT, CALENDAR)


@given(st.text(max_size=400), st.sampled_from(list(Direction)))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_survives_the_database(text: str, direction: Direction) -> None:
    reading = read_message(text, direction, SENT, CALENDAR)
    assert Reading.from_json(reading.to_json()) == reading


@given(st.text(max_size=300))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_an_empty_object_is_an_empty_reading() -> None:
    assert Reading.from_json({}) == Reading()


def test_hits_are_placed_in_the_original_text() -> None:
    text = "Schöne Grüße. Wir kündigen den Wartungsvertrag zum Jahresende – endgültig."
    hit = heard(text).group("account_risk")[0]
    assert "kündigen den Wartungsvertrag" in text[hit.start : hit.end]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Is there any news about the order that we placed?", "en"),
        ("Wir haben noch keine Antwort auf unsere Anfrage erhalten.", "de"),
        ("Nous n'avons pas reçu de réponse à votre proposition.", "fr"),
        ("Seguimos sin respuesta de ustedes y no podemos facturar.", "es"),
        ("Ainda não tivemos resposta da vossa equipa e não conseguimos faturar.", "pt"),
    ],
)
def test_the_language_is_told_by_its_common_words(text: str, language: str) -> None:
    assert heard(text).language == language


def test_a_short_text_takes_the_language_of_the_thread() -> None:
    assert read_message("OK.", Direction.IN, SENT, CALENDAR, language="fr").language == "fr"


@pytest.mark.parametrize(
    "text", ["Which columns feed that total?", "Please send the log.", "Kindly check.", "Bitte um Rückmeldung."]
)
def test_questions_and_requests_are_asks(text: str) -> None:
    assert heard(text).asks


@pytest.mark.parametrize(("language", "text"), said("requests", "yes"))
def test_what_a_customer_asks_for_is_an_ask(language: str, text: str) -> None:
    assert read_message(text, Direction.IN, SENT, CALENDAR, language).asks


@pytest.mark.parametrize(("language", "text"), said("requests", "no"))
def test_an_advertisement_or_a_form_of_words_is_no_ask(language: str, text: str) -> None:
    assert read_message(text, Direction.IN, SENT, CALENDAR, language).asks == ()


@pytest.mark.parametrize(
    "text",
    [
        "Thanks in advance.",
        "Please find the log attached.",
        "Nothing you need to do.",
        "Fico no aguardo, desde já agradeço.",
        "Please take your time.",
    ],
)
def test_forms_of_words_are_no_asks(text: str) -> None:
    assert heard(text).asks == ()


@pytest.mark.parametrize(
    "text",
    [
        "Great, thanks!",
        "All six match now.",
        "Ignore me, found it. Sorry!",
        "Läuft wieder. Danke.",
        "Recibidas las tres. Gracias.",
    ],
)
def test_thanks_and_confirmations_close(text: str) -> None:
    assert heard(text).closing


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but what about line 14?",
        "It still does not work.",
        "Thanks, but it is still broken.",
        "No credit note has arrived.",
    ],
)
def test_what_still_wants_something_does_not_close(text: str) -> None:
    assert not heard(text).closing


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Hi Ann,\n\nwe are looking into it.\n\nBob", Reply.HOLDING),
        ("Hi Ann,\n\nthanks for the serials. I have asked field service for a slot.\n\nBob", Reply.HOLDING),
        ("Hi Ann,\n\nI will get back to you tomorrow.\n\nBob", Reply.HOLDING),
        ("Hi Ann,\n\nwhich version do you use?\n\nBob", Reply.QUESTION_BACK),
        ("Hi Ann,\n\nset the MTU to 1380 on the laptops.\n\nBob", Reply.SUBSTANTIVE),
        ("Hi Ann,\n\nthe report is attached.\n\nBob", Reply.SUBSTANTIVE),
        ("Hi Ann,\n\nsee https://files.example/x.\n\nBob", Reply.SUBSTANTIVE),
        ("Hallo Frau Kern,\n\nwir kümmern uns darum.\n\nBob", Reply.HOLDING),
    ],
)
def test_a_reply_is_worth_what_it_brings(text: str, reply: Reply) -> None:
    assert ours(text).reply is reply


def test_a_title_beside_or_below_the_name_is_read() -> None:
    texts = (
        "I need this.\n\nPippa Gaunt\nManaging Director\nSevern",
        "I need this.\n\nPippa Gaunt, Chief Operating Officer",
    )
    assert [heard(t).title for t in texts] == ["Managing Director", "Chief Operating Officer"]


@pytest.mark.parametrize(
    "footer",
    [
        "Gundula Terhorst\n\nSeilerei GmbH\nGeschäftsführer: Tilman Ostkamp",
        "Bea Nolle\nExecutive Assistant to the Chief Executive Officer",
        "Nadège Pell\nService des urgences\nDirection des soins",
        "Tom Reed\nAccount Executive",
    ],
)
def test_footers_and_assistants_are_no_executives(footer: str) -> None:
    assert heard(f"Bitte um Antwort.\n\n{footer}").title == ""


def test_a_cut_off_signature_is_read_for_the_title() -> None:
    assert heard("I need this today.", "Pippa Gaunt\nCEO").title == "CEO"


@pytest.mark.parametrize("text", ["a" * 1_000_000, "we will " * 125_000, ". " * 500_000, "tomorrow by 10:00 " * 55_000])
def test_a_text_of_a_million_characters_is_read_in_no_time(text: str) -> None:
    ours("Warm up.")
    started = perf_counter()
    ours(text)
    assert perf_counter() - started < 1.0  # a tenth of that on a quiet machine
