"""Patterns: answers are the places that the library's own matches have."""

import pytest
import re2

from config.pattern import Pattern

TEXT = b"we will send it by 10:30, or by 11:45 on friday"


@pytest.mark.parametrize("source", [rb"\bby (\d+):(\d+)", rb"(?P<late>late)?by", rb"z*", rb"$", rb"(by)|(or)", rb"\b"])
def test_places_are_those_of_the_library(source: bytes) -> None:
    theirs = [[m.span(n) for n in range(m.re.groups + 1)] for m in re2.compile(source).finditer(TEXT)]
    assert list(Pattern(source).finditer(TEXT)) == theirs


def test_a_search_gives_the_first_place_and_none_without_one() -> None:
    assert Pattern(rb"by (\d+)").search(TEXT) == [(16, 21), (19, 21)]
    assert Pattern(rb"never").search(TEXT) is None


def test_a_match_begins_the_text_and_a_full_match_is_all_of_it() -> None:
    assert Pattern(rb"we").match(TEXT) == [(0, 2)]
    assert Pattern(rb"will").match(TEXT) is None
    assert Pattern(rb"we.*friday").fullmatch(TEXT) == [(0, len(TEXT))]
    assert Pattern(rb"we").fullmatch(TEXT) is None


def test_groups_have_their_names() -> None:
    assert Pattern(rb"(?P<hour>\d+):(?P<minute>\d+)").names == (("hour", 1), ("minute", 2))
