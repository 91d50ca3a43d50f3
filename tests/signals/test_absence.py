"""What automatic replies say of a return, in five languages."""

from datetime import UTC, datetime

import pytest

from signals.absence import stated_absence
from signals.calendar import Calendar

BERLIN = Calendar("Europe/Berlin")
SENT = datetime(2026, 5, 6, 9, tzinfo=UTC)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I am out of the office until Friday. For urgent matters contact Bob.", "2026-05-08 17:30"),
        ("Thank you. I am on leave and will be back on Monday 11 May.", "2026-05-11 09:00"),
        ("I'm out of office from 4 May to 15 May with limited access to mail.", "2026-05-15 17:30"),
        ("I am on vacation through 15 May and return on Tuesday, 19 May.", "2026-05-19 09:00"),
        ("I am out of the office starting 05/06/2026 and will not return until 05/18/2026.", "2026-05-18 09:00"),
        ("I am out of office until 10:00 tomorrow.", "2026-05-07 10:00"),
        ("I am away and back on Saturday.", "2026-05-11 09:00"),
        ("Ich bin bis einschließlich 15. Mai nicht im Büro.", "2026-05-15 17:30"),
        ("Ich bin im Urlaub und ab dem 18.05.2026 wieder erreichbar.", "2026-05-18 09:00"),
        ("Vielen Dank für Ihre Nachricht. Ich bin vom 4.5. bis 15.5.2026 abwesend.", "2026-05-15 17:30"),
        ("Ich bin am Montag wieder im Büro.", "2026-05-11 09:00"),
        ("Je suis absent du bureau jusqu'au 15 mai inclus.", "2026-05-15 17:30"),
        ("Je suis en congé du 4 au 15 mai. Je serai de retour le lundi 18 mai.", "2026-05-18 09:00"),
        ("Estoy fuera de la oficina hasta el 15 de mayo.", "2026-05-15 17:30"),
        ("Estoy de vacaciones y vuelvo el lunes 18 de mayo.", "2026-05-18 09:00"),
        ("Estou fora do escritório até 15 de maio. Em caso de urgência contacte o Bob.", "2026-05-15 17:30"),
        ("Estou de férias e regresso a 18 de maio.", "2026-05-18 09:00"),
    ],
)
def test_the_return_is_read(text: str, until: str) -> None:
    found = stated_absence(text, SENT, BERLIN)
    assert found is not None
    assert f"{found.until.astimezone(BERLIN.clock):%Y-%m-%d %H:%M}" == until
    assert found.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "I am currently away from my desk.",
        "I was on holiday until 1 May.",
        "I'm out of the office until further notice.",
        "Our hotline is open from 9:00 to 17:00. I am out of the office.",
        "We received your mail on 4 May and answer within two days.",
        "Ich bin nicht mehr im Unternehmen.",
        "",
    ],
)
def test_without_a_day_of_return_nothing_is_read(text: str) -> None:
    assert stated_absence(text, SENT, BERLIN) is None
