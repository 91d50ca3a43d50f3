"""Names of things with a digit: found and made alike in five languages, and nothing else taken for one."""

import pytest

from config.codes import MOST, codes_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The HX-40 forgets its setpoints", ("hx40",)),
        ("hx40 on line three", ("hx40",)),
        ("otra vez el error 307", ("error 307",)),
        ("Fehler-Nr. 307 beim Start", ("error 307",)),
        ("l'erreur n° 307", ("error 307",)),
        ("erro 307 no arranque", ("error 307",)),
        ("código de error: E-12", ("error e12", "e12")),
        ("The hold carries T-14", ("t14",)),
        ("ORA-01555 and 0x80004005", ("ora01555", "0x80004005")),
    ],
)
def test_a_name_is_the_same_however_it_is_written(text: str, expected: tuple[str, ...]) -> None:
    assert codes_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "by 5pm on the 3rd of May 2026", "12kg in 24h for 30k", "see Q3 and KW12", "an A4 page", "call 0049 30 123456",
        "https://files.example/hx40/4.2.3.bin", "mail joe42@x.example", "um 14h30", "in week 12", "version 4.2.1",
    ],
)  # fmt: skip
def test_sizes_dates_and_addresses_name_nothing(text: str) -> None:
    assert codes_of(text) == ()


def test_a_table_of_names_keeps_only_the_first_ones() -> None:
    assert len(codes_of(" ".join(f"AB-{n}" for n in range(100, 400)))) == MOST
