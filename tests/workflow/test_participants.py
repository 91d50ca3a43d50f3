"""An `@name` means one of us by handle, address or name; what is not clear is said, not guessed."""

import pytest

from tests.workflow.desk import Desk
from workflow.participants import find_names


def _found(desk: Desk, text: str) -> list[str]:
    return [person.handle for person in find_names(desk.session, text).people]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@bob.stone please", ["bob.stone"]),
        ("@Bob Stone please call", ["bob.stone"]),
        ("@bob, @stan: look.", ["bob.stone", "stan.kowal"]),
        ("(@BOB.STONE)", ["bob.stone"]),
        ("@bob.stone@us.example", ["bob.stone"]),
        ("@bob.stone. Thanks", ["bob.stone"]),
        ("@bob @bob @bob", ["bob.stone"]),
        ("mail bob.stone@us.example about it", []),
        ("meet @ noon", []),
        ("", []),
    ],
)
def test_who_is_meant(desk: Desk, text: str, handles: list[str]) -> None:
    assert _found(desk, text) == handles


def test_a_name_with_letters_beyond_ascii(desk: Desk) -> None:
    desk.stan.name = "Zoë Müller"
    assert _found(desk, "@Zoë Müller please") == ["stan.kowal"]


def test_an_unclear_name_is_said_with_the_choice(desk: Desk) -> None:
    desk.stan.name = "Bob Kowal"
    assert find_names(desk.session, "@bob").problems == (
        "@bob could be @bob.stone, @stan.kowal; write the one you mean.",
    )


def test_somebody_who_left_is_nobody(desk: Desk) -> None:
    desk.bob.active = False
    assert find_names(desk.session, "@bob.stone").people == ()


def test_a_hundred_names_are_not_all_looked_up(desk: Desk) -> None:
    names = find_names(desk.session, " ".join(f"@x{n}" for n in range(100)))
    assert names.problems[-1] == "Only the first 20 names of the text were looked up."
