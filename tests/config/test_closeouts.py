"""The prompts of closeouts: shipped ones for each type, one's own laid over them, mistakes named by file and key."""

from pathlib import Path

import pytest

from config.closeouts import CloseoutsError, load_closeouts


def test_every_shipped_type_has_its_own_prompts() -> None:
    known = load_closeouts()
    assert sorted(known.by_type) == ["churn_risk", "default", "help_needed", "visibility"]
    assert known.of("churn_risk").root_cause != known.of("default").root_cause


def test_a_type_without_a_file_gets_the_default() -> None:
    assert load_closeouts().of("something_else") == load_closeouts().of("default")


def test_a_file_of_ones_own_may_have_only_some_prompts(tmp_path: Path) -> None:
    (tmp_path / "outage.toml").write_text('lessons = "What do we tell the vendor?"\n', encoding="utf-8")
    found = load_closeouts(tmp_path).of("outage")
    assert (found.lessons, found.resolution) == ("What do we tell the vendor?", load_closeouts().of("x").resolution)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('lessons = "Say something."', "lessons: must be a question"),
        ('lesons = "What?"', "lesons: there is no such part"),
        ("lessons = ", "not valid TOML"),
        ('lessons = "What [now]?"', "without square brackets"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, text: str, wrong: str) -> None:
    (tmp_path / "default.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CloseoutsError, match=r"default\.toml") as caught:
        load_closeouts(tmp_path)
    assert wrong in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CloseoutsError, match="no such folder"):
        load_closeouts(tmp_path / "nowhere")
