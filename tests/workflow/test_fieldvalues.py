"""A field of a team's own takes what its kind takes, and says what that is when it is given anything else."""

from typing import Any

import pytest

from config.fields import CustomField, FieldKind
from tests.workflow.desk import Desk
from workflow.dates import When
from workflow.errors import Refused
from workflow.fieldvalues import read_value, show_value

FIELDS = {
    FieldKind.TEXT: CustomField(kind=FieldKind.TEXT),
    FieldKind.NUMBER: CustomField(kind=FieldKind.NUMBER, least=0, most=1_000_000),
    FieldKind.DATE: CustomField(kind=FieldKind.DATE),
    FieldKind.CHOICE: CustomField(kind=FieldKind.CHOICE, choices=("EMEA", "APAC")),
    FieldKind.YES_NO: CustomField(kind=FieldKind.YES_NO),
    FieldKind.PERSON: CustomField(kind=FieldKind.PERSON),
}


def _read(desk: Desk, kind: FieldKind, said: str) -> Any:
    return read_value(desk.session, FIELDS[kind], "Region", said, When(desk.now, "Europe/Berlin"))


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (FieldKind.TEXT, " three pumps ", "three pumps"),
        (FieldKind.NUMBER, "1,200", 1200.0),
        (FieldKind.NUMBER, "12'000", 12000.0),
        (FieldKind.NUMBER, "0.5", 0.5),
        (FieldKind.DATE, "2026-05-31", "2026-05-31"),
        (FieldKind.DATE, "Friday", "2026-05-08"),
        (FieldKind.CHOICE, "emea", "EMEA"),
        (FieldKind.YES_NO, "Yes.", True),
        (FieldKind.YES_NO, "nein", False),
        (FieldKind.PERSON, "@bob.stone", "bob.stone@us.example"),
        (FieldKind.TEXT, "none", None),
        (FieldKind.NUMBER, "-", None),
    ],
)
def test_accepted(desk: Desk, kind: FieldKind, said: str, value: Any) -> None:
    assert _read(desk, kind, said) == value


@pytest.mark.parametrize(
    ("kind", "said", "takes"),
    [
        (FieldKind.TEXT, "x" * 1_001, "a text of at most 1000 characters"),
        (FieldKind.NUMBER, "many", "a number from 0 to 1,000,000"),
        (FieldKind.NUMBER, "-5", "a number from 0"),
        (FieldKind.NUMBER, "nan", "a number"),
        (FieldKind.DATE, "soonish", "a day, such as 2026-05-31"),
        (FieldKind.DATE, "2026-02-30", "a day"),
        (FieldKind.CHOICE, "Mars", "one of: EMEA, APAC"),
        (FieldKind.YES_NO, "perhaps", "`yes` or `no`"),
        (FieldKind.PERSON, "@nobody", "I know nobody called @nobody"),
    ],
)
def test_a_refusal_names_what_is_taken(desk: Desk, kind: FieldKind, said: str, takes: str) -> None:
    with pytest.raises(Refused) as caught:
        _read(desk, kind, said)
    assert takes in str(caught.value)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "empty"), (True, "yes"), (1200.0, "1,200"), (0.5, "0.5"), (100.0, "100"), ("x", "x")]
)
def test_values_read_as_people_write_them(value: Any, shown: str) -> None:
    assert show_value(value) == shown
