"""Figures of a team's own are checked when they are read; a mistake is named with its file and figure."""

from pathlib import Path

import pytest

from config.fields import CustomField, FieldKind, load_fields
from config.rollups import Rollups, RollupsError, check_fields, load_rollups


def read(tmp_path: Path, text: str) -> Rollups:
    path = tmp_path / "own.toml"
    path.write_text(text)
    return load_rollups(path)


def one(**lines: str) -> str:
    told = {"name": '"a"', "take": '"count"', **lines}
    return "[[rollup]]\n" + "\n".join(f"{key} = {value}" for key, value in told.items())


def test_the_shipped_figures_fit_the_shipped_fields() -> None:
    check_fields(load_rollups(), load_fields())


def test_a_file_of_ones_own_takes_their_place(tmp_path: Path) -> None:
    assert [each.name for each in read(tmp_path, one(where='{ state = "closed" }')).rollup] == ["a"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (one(take='"avg"'), "rollup 1, take"),
        (one(take='"sum"'), "every other needs one"),
        (one(take='"sum"', of='"arr; DROP TABLE"'), "write one of hours_to_acknowledge"),
        (one(where='{ state = "shut" }'), "'shut' is no state; write one of open"),
        (one(where="{ path = 3 }"), "3 is no path"),
        (one(where='{ waiting = "engineering" }'), "waiting is true or false"),
        (one(where='{ colour = "red" }'), "there is no filter 'colour'"),
        (one() + "\n" + one(), "stands there twice"),
        (one(name='"A b"'), "rollup 1, name"),
        ("[[rollup]\n", "not valid TOML"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RollupsError) as caught:
        read(tmp_path, text)
    assert str(tmp_path) in str(caught.value)
    assert sentence in str(caught.value)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RollupsError, match="cannot be read"):
        load_rollups(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "lines",
    [{"where": '{ category = "weather" }'}, {"where": '{ "custom.x" = 1 }'}, {"take": '"sum"', "of": '"custom.words"'}],
)
def test_fields_that_nobody_declared_are_refused(tmp_path: Path, lines: dict[str, str]) -> None:
    fields = load_fields().model_copy(update={"field": {"words": CustomField(kind=FieldKind.TEXT)}})
    with pytest.raises(RollupsError):
        check_fields(read(tmp_path, one(**lines)), fields)
