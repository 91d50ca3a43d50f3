"""The matrix file: the shipped one names nobody, one's own is laid over it, and mistakes are named."""

from pathlib import Path

import pytest

from config.matrix import Case, MatrixError, When, load_matrix


def _own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "matrix.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_matrix_names_nobody() -> None:
    matrix = load_matrix()
    assert list(matrix.named()) == []
    assert [rung.name for rung in matrix.rungs] == ["frontline", "team lead", "manager", "executive sponsor"]


def test_ones_own_keys_are_laid_over_it(tmp_path: Path) -> None:
    matrix = load_matrix(_own(tmp_path, '[categories.services]\nprimary = ["Ana@us.example"]'))
    assert matrix.category("services").primary == ("ana@us.example",)
    assert len(matrix.rungs) == 4


@pytest.mark.parametrize(
    ("path", "priority", "hours"), [(2, "medium", 40.0), (1, "medium", 4.0), (1, "critical", 2.0), (2, "critical", 2.0)]
)
def test_the_first_row_that_fits_gives_the_time(path: int, priority: str, hours: float) -> None:
    assert load_matrix().rungs[0].hours(Case("product", path, priority)) == hours


def test_a_rung_without_a_row_that_fits_is_left_out() -> None:
    assert load_matrix().rungs[3].hours(Case("product", 2, "high")) is None


def test_every_key_of_a_condition_must_hold() -> None:
    when = When(path=(1,), tier=("Gold",))
    assert when.fits(Case("product", 1, tier="gold"))
    assert not when.fits(Case("product", 2, tier="gold"))
    assert When().fits(Case("anything"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[categories.services]\nprimary = ["ana"]', "categories, services, primary 1: 'ana' is no mail address"),
        ('[review]\nby = ["the boss"]', "review, by 1: 'the boss' is neither a mail address nor one of: owner"),
        ("[choice]\nspeed = 3", "choice, speed: there is no such key"),
        ('[[rung]]\nname = "one"\nwho = ["owner"]\nresponse = []', "rung 1, response: "),
        ("[[warning]]\nshare = 0.5", "there are two warnings"),
        ("categories = [", "is not valid TOML"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MatrixError, match=r"matrix\.toml") as error:
        load_matrix(_own(tmp_path, text))
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MatrixError, match=r"none\.toml, which cannot be read: No such file"):
        load_matrix(tmp_path / "none.toml")
