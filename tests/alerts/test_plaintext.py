"""Plain text for narrow screens."""

import pytest

from alerts.plaintext import WIDTH, choices, quoted, table, tidy, wrap


def test_a_long_word_is_cut_and_never_runs_over() -> None:
    assert max(map(len, wrap("x" * 500).splitlines())) <= WIDTH


def test_wide_letters_count_double() -> None:
    assert max(map(len, wrap("漢" * 200).splitlines())) <= WIDTH // 2


def test_a_quotation_hangs_under_its_mark() -> None:
    assert quoted("one two " * 12).splitlines()[1].startswith("   ")


def test_a_table_wraps_values_under_themselves() -> None:
    lines = table([("State", "word " * 30)]).splitlines()
    assert lines[0].startswith("  State      word")
    assert lines[1].startswith(" " * 13 + "word")


def test_choices_align_to_the_longest() -> None:
    assert choices([("ack", "seen"), ("snooze 2d", "quiet")]) == "  ack        seen\n  snooze 2d  quiet"


@pytest.mark.parametrize("text", ["a\n\n\n\nb  ", "\n\na\n\nb\n\n"])
def test_tidy_leaves_single_empty_lines(text: str) -> None:
    assert tidy(text) == "a\n\nb\n"
