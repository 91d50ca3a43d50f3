"""The file of fields: the shipped one holds, a team's own is laid over it, and every mistake names file and key."""

from pathlib import Path

import pytest

from config.fields import FieldKind, FieldsError, load_fields


def _own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my-fields.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _wrong(tmp_path: Path, text: str) -> str:
    with pytest.raises(FieldsError) as caught:
        load_fields(_own(tmp_path, text))
    return str(caught.value)


def test_the_shipped_file_has_the_types_and_categories_of_the_design() -> None:
    fields = load_fields()
    assert list(fields.types) == ["help_needed", "churn_risk", "visibility"]
    assert list(fields.categories) == ["product", "services", "partnership", "externalities"]


def test_an_own_list_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    fields = load_fields(_own(tmp_path, '[types]\nhelp_needed = "question"\nbilling = "billing dispute"\n'))
    assert fields.types == {"help_needed": "question", "billing": "billing dispute"}
    assert "services" in fields.categories


def test_only_the_weights_one_changes_are_needed(tmp_path: Path) -> None:
    fields = load_fields(_own(tmp_path, "[impact.tiers]\na = 1.0\n"))
    assert (fields.impact.tiers, fields.impact.weights["arr"]) == ({"a": 1.0}, 35)


def test_a_field_for_one_type_is_not_asked_of_another(tmp_path: Path) -> None:
    path = _own(tmp_path, '[field.region]\nkind = "choice"\nchoices = ["EMEA"]\ntypes = ["churn_risk"]\n')
    fields = load_fields(path)
    assert (list(fields.of_type("churn_risk")), list(fields.of_type("help_needed"))) == (["region"], [])
    assert fields.field["region"].kind is FieldKind.CHOICE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[types]\nbilling = "b"\n', "keep help_needed"),
        ('[categories]\nx = "b"\n', "keep product"),
        ('[types]\nhelp_needed = "a"\n"Help me" = "b"\n', "types: 'Help me' is no name"),
        (
            "[impact.weights]\ntier = 50\n",
            "weights must name arr, category, tier, users, and make 100 together",
        ),
        ("[impact.users]\n10 = 0.5\n100 = 0.2\n", "a higher bound needs a larger share"),
        ('[field.region]\nkind = "choice"\n', "field.region: a choice, and nothing else, needs choices"),
        ('[field.region]\nkind = "text"\nleast = 3\n', "least and most are for numbers only"),
        ('[field.region]\nkind = "colour"\n', "field.region.kind: "),
        ('[field.region]\nkind = "text"\nwhat = 1\n', "field.region.what: "),
        ('[field.region]\nkind = "text"\ntypes = ["odd"]\n', "field region is for the type odd"),
        ("[types\n", "is not valid TOML"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    told = _wrong(tmp_path, text)
    assert said in told
    assert "my-fields.toml" in told


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FieldsError, match="which cannot be read"):
        load_fields(tmp_path / "none.toml")
