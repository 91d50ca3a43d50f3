"""Numbers and letters: what goes in comes out, in one spelling only."""

from hypothesis import given, settings
from hypothesis import strategies as st

from store.packing import from_letters, from_numbers, letters, numbers


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**63 - 1)).map(tuple))
def test_numbers_come_back(values: tuple[int, ...]) -> None:
    assert from_numbers(numbers(values)) == values


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_letters_come_back_in_any_case(raw: bytes) -> None:
    assert from_letters(letters(raw)) == from_letters(letters(raw).upper()) == raw


@settings(deadline=None)
@given(st.binary(max_size=30))
def test_bytes_that_are_numbers_have_one_spelling(raw: bytes) -> None:
    found = from_numbers(raw)
    assert found is None or numbers(found) == raw


@settings(deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", max_size=30))
def test_letters_that_are_bytes_have_one_spelling(text: str) -> None:
    found = from_letters(text)
    assert found is None or letters(found) == text


def test_a_number_that_is_cut_off_is_none() -> None:
    assert from_numbers(b"\x01\x80") is None


def test_a_number_in_a_longer_form_is_none() -> None:
    assert from_numbers(b"\x81\x00") is None


def test_a_number_too_long_is_none() -> None:
    assert from_numbers(b"\xff" * 10 + b"\x01") is None
