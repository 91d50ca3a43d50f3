"""The comparison with labelled sentences: how it counts, and that our readers beat the figures they face."""

from collections import Counter
from pathlib import Path

import pytest

from bench.labels import Score, as_markdown, score, scores, wilson


def test_a_share_carries_wilsons_interval() -> None:
    assert wilson(8, 10) == "0.80 [0.49-0.94]"


def test_a_share_of_nothing_is_not_told() -> None:
    assert wilson(0, 0) == "-"


def test_right_wrong_and_missed_answers_are_counted() -> None:
    counted = score("x", [(True, True), (True, False), (False, True), (False, False)], 0.25)
    assert (counted.precision, counted.recall, counted.f1, counted.accuracy) == ((1, 2), (1, 2), 0.5, 0.5)


def test_the_table_says_how_far_above_the_baseline_we_are() -> None:
    row = Score("dates", Counter({(True, True): 2, (False, True): 2}), 0.5)
    assert as_markdown([row]).splitlines()[-1].endswith("| 0.667 | 0.500 | 0.500 | 1.33 |")


def test_without_labelled_mail_the_dates_are_measured(tmp_path: Path) -> None:
    assert {row.name.partition(",")[0] for row in scores(tmp_path)} == {"dates"}


def test_every_reader_beats_its_baseline(shared: Path) -> None:
    rows = list(scores(shared / "mail"))
    assert [row.name for row in rows if row.baseline and row.f1 <= row.baseline] == []


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_dates_are_resolved_to_the_minute(tmp_path: Path, language: str) -> None:
    assert next(row.f1 for row in scores(tmp_path) if row.name.endswith(language)) > 0.95
