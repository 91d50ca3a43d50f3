"""The sample stories become mails with believable times, whatever the day is."""

import email
import email.policy
from datetime import UTC, date, datetime, timedelta

import pytest

from smokewatch.sample.render import business_day, sample_mails


@pytest.mark.parametrize(("today", "offset", "expected"), [
    (date(2026, 5, 6), -1, date(2026, 5, 5)),
    (date(2026, 5, 4), -1, date(2026, 5, 1)),
    (date(2026, 5, 3), -1, date(2026, 5, 1)),
    (date(2026, 5, 6), -5, date(2026, 4, 29)),
])  # fmt: skip
def test_business_days_skip_weekends(today: date, offset: int, expected: date) -> None:
    assert business_day(today, offset) == expected


@pytest.mark.parametrize("day", range(7))
def test_all_mails_lie_in_the_past_in_order(day: int) -> None:
    now = datetime(2026, 5, 4, 0, 30, tzinfo=UTC) + timedelta(days=day)
    times = [mail.sent_at for mail in sample_mails(now)]
    assert times == sorted(times)
    assert times[-1] < now


def test_answers_name_and_quote_what_they_answer(now: datetime) -> None:
    mails = [email.message_from_bytes(mail.raw, policy=email.policy.default) for mail in sample_mails(now)]
    known = {mail["Message-ID"] for mail in mails}
    answers = [mail for mail in mails if mail["In-Reply-To"]]
    assert {mail["In-Reply-To"] for mail in answers} <= known
    body = answers[0].get_body(("plain",))
    assert body is not None
    assert "\n> " in body.get_content()


def test_no_placeholder_is_left(now: datetime) -> None:
    assert not any(b"{day" in mail.raw for mail in sample_mails(now))
