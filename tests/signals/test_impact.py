"""S7: what it costs the customer in five languages, its level by the account's value, and what is only a price."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from config.policy import Policy
from config.words import Direction, Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg
from signals.reader import read_message
from tests.signals.conftest import CALENDAR, MONDAY
from tests.signals.saying import said

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
DAY = 24


@pytest.fixture
def found(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 0, **more: Any) -> Finding | None:
        findings = evaluate(tell(*messages, **more), policy, at(hours)).findings
        return next((f for f in findings if f.signal is Signal.IMPACT), None)

    return run


@pytest.mark.parametrize(("language", "line"), said("impact", "yes"))
def test_what_it_costs_is_heard_at_its_level(found: Any, say: Say, language: str, line: str) -> None:
    level, text = line.split(" ", 1)
    finding = found(say(1, "in", 0, text, language=language))
    assert finding is not None
    assert finding.level == int(level)
    assert finding.quote == text


@pytest.mark.parametrize(("language", "text"), said("impact", "no"))
def test_prices_and_other_words_are_no_impact(found: Any, say: Say, language: str, text: str) -> None:
    assert found(say(1, "in", 0, text, language=language)) is None


@pytest.mark.parametrize(
    ("language", "text", "value", "currency"),
    [
        ("de", "Der Schaden: 12.400,50 €", 12_400.5, "EUR"),
        ("en", "USD 3k are gone", 3_000, "USD"),
        ("en", "about 1.2 million pounds", 1_200_000, "GBP"),
        ("pt", "R$ 5.000 a mais", 5_000, "BRL"),
        ("en", "Rs. 1,03,500 in total", 103_500, "INR"),
        ("en", "$4,100 for it", 4_100, "USD"),
        ("en", "£35 too much", 35, "GBP"),
        ("fr", "12 000 euros de pertes", 12_000, "EUR"),
        ("de", "CHF 1'250.75 zu viel", 1_250.75, "CHF"),
        ("es", "14.000 € de pedidos", 14_000, "EUR"),
        ("de", "2,5 Mio. Euro Umsatz", 2_500_000, "EUR"),
        ("en", "we lost 40k", 40_000, ""),
    ],
)
def test_a_sum_is_read_as_a_plain_number(language: str, text: str, value: float, currency: str) -> None:
    amounts = read_message(text, Direction.IN, MONDAY, CALENDAR, language).amounts
    assert [(a.value, a.currency) for a in amounts] == [(value, currency)]


@pytest.mark.parametrize(
    ("value", "level"),
    [(100_000, Level.WATCH), (80_000, Level.RAISED), (20_000, Level.CRITICAL), (None, Level.WATCH), (0, Level.WATCH)],
)
def test_a_sum_weighs_by_the_accounts_yearly_value(found: Any, say: Say, value: float | None, level: Level) -> None:
    mail = say(1, "in", 0, "You have overcharged us by 4,000 euros on the invoice.", language="en")
    assert found(mail, account_value=value).level is level


def test_a_loss_of_a_fifth_of_the_value_is_critical_and_shown(found: Any, say: Say) -> None:
    finding = found(say(1, "in", 0, "We lost 18,000 pounds of sales."), account_value=72_000)
    assert finding.level is Level.CRITICAL
    shown = {"amount": 18_000.0, "currency": "GBP", "share_of_year": 0.25}
    assert finding.features.items() >= shown.items()


def test_a_sum_far_from_the_word_of_loss_is_no_loss(found: Any, say: Say) -> None:
    near, far = (
        "We lost 900 euros.",
        "We lost the thread a bit, so once more: the nine modules we ordered are 900 euros.",
    )
    assert found(say(1, "in", 0, near)) is not None
    assert found(say(1, "in", 0, far)) is None


def test_a_drill_is_no_outage(found: Any, say: Say) -> None:
    text = "Production is down at all sites."
    assert found(say(1, "in", 0, text)) is not None
    assert found(say(1, "in", 0, f"{text}\n\nThis is a drill.")) is None


def test_a_loss_in_a_drill_is_none(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, "We lost 900 euros in sales.\n\nThis is a drill.")) is None


def test_our_own_losses_are_not_theirs(found: Any, say: Say) -> None:
    assert found(say(1, "out", 0, "We lost 900 euros in sales.")) is None


def test_an_impact_fades_within_two_weeks(found: Any, say: Say) -> None:
    mail = say(1, "in", 0, "Our loss is 900 euros.")
    assert found(mail, hours=3 * DAY).level is Level.RAISED
    assert found(mail, hours=9 * DAY).level is Level.WATCH
    assert found(mail, hours=21 * DAY) is None


@pytest.mark.parametrize(("way", "text"), [("in", "It is solved, thanks."), ("out", "The server has been restarted.")])
def test_an_outage_fades_within_days_once_it_is_over(found: Any, say: Say, way: str, text: str) -> None:
    outage = say(1, "in", 0, "Production is down.")
    assert found(outage, hours=2 * DAY).level is Level.RAISED
    assert found(outage, say(2, way, 1, text), hours=2).level is Level.RAISED
    assert found(outage, say(2, way, 1, text), hours=2 * DAY).level is Level.WATCH
