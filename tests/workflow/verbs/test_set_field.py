"""`set FIELD: value` fills in what the team declared, for the types it was declared for."""

from pathlib import Path

import pytest

from config.fields import load_fields
from store.views import escalation_view
from tests.workflow.desk import Desk
from workflow.errors import Refused
from workflow.fields import set_field

FIELDS = """
[field.region]
label = "Sales region"
kind = "choice"
choices = ["EMEA", "APAC"]

[field.discount]
kind = "number"
least = 0
most = 50
types = ["churn_risk"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A team's own file of fields."""
    path = tmp_path / "fields.toml"
    path.write_text(FIELDS)
    return path


def _set(desk: Desk, own: Path, name: str, value: str) -> str:
    return set_field(desk.session, desk.by(), desk.esc, (name, value), load_fields(own))


@pytest.mark.parametrize("name", ["region", "Region", "sales region", "Sales-Region"])
def test_it_is_found_by_its_word_or_its_name(desk: Desk, own: Path, name: str) -> None:
    assert _set(desk, own, name, "emea") == f"Sales region of {desk.esc.number} is EMEA now."
    assert (desk.esc.custom, desk.audit("field")) == ({"region": "EMEA"}, [(None, "Sales region: EMEA")])


def test_a_wrong_value_is_refused_with_what_is_taken(desk: Desk, own: Path) -> None:
    with pytest.raises(Refused, match='Sales region takes one of: EMEA, APAC, and not "Mars"; `none` empties it'):
        _set(desk, own, "region", "Mars")


def test_a_field_of_another_type_is_not_here(desk: Desk, own: Path) -> None:
    with pytest.raises(Refused, match=r'There is no field "discount" here; ESC-\d+ \(help needed\) has `region`'):
        _set(desk, own, "discount", "10")
    desk.says_one("type churn risk")
    assert "is 10 now" in _set(desk, own, "discount", "10")


def test_what_was_said_before_the_type_changed_stays_in_sight(desk: Desk, own: Path) -> None:
    desk.says_one("type churn risk")
    _set(desk, own, "discount", "10")
    desk.says_one("type visibility")
    view = escalation_view(desk.session, desk.esc.id, desk.now, load_fields(own))
    assert {each.name: each.value for each in view.custom} == {"region": None, "discount": 10}


def test_none_empties_it_and_the_same_again_is_refused(desk: Desk, own: Path) -> None:
    _set(desk, own, "region", "APAC")
    with pytest.raises(Refused, match="is APAC already"):
        _set(desk, own, "region", "apac")
    assert "is empty now" in _set(desk, own, "region", "none")
    assert desk.esc.custom == {}


def test_without_own_fields_the_way_to_them_is_named(desk: Desk) -> None:
    assert "an admin declares them in the file" in desk.refused("set region: EMEA")


def test_undo_puts_back_that_field_alone(desk: Desk, own: Path) -> None:
    desk.fields = load_fields(own)
    desk.says_one("set region: EMEA")
    desk.says_one("set region: APAC")
    desk.says_one("undo")
    assert desk.esc.custom == {"region": "EMEA"}


@pytest.mark.parametrize(
    "text",
    [
        "Set up the call as we said, please.",
        "Set the pump to manual now.",
        "Set up a call: Friday",
        "set the alarm: now",
    ],
)
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    assert desk.says(text).lines == ()
    assert desk.audit("field") == []
