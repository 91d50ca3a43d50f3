"""The table of moves: forward one step, ahead to resolved, closed from resolved, back by reopening with a reason."""

from itertools import product

import pytest

from config.words import State
from workflow.errors import Refused
from workflow.states import check_move

ALLOWED = {
    (State.OPEN, State.ACKNOWLEDGED),
    (State.OPEN, State.RESOLVED),
    (State.ACKNOWLEDGED, State.IN_PROGRESS),
    (State.ACKNOWLEDGED, State.RESOLVED),
    (State.IN_PROGRESS, State.RESOLVED),
    (State.RESOLVED, State.CLOSED),
}
REOPENING = {(before, to) for before in (State.RESOLVED, State.CLOSED) for to in (State.OPEN, State.IN_PROGRESS)}


@pytest.mark.parametrize(("before", "to"), sorted(ALLOWED))
def test_allowed(before: State, to: State) -> None:
    check_move("ESC-1", before, to, None)


@pytest.mark.parametrize(("before", "to"), sorted(set(product(State, State)) - ALLOWED - REOPENING))
def test_forbidden_whatever_the_reason(before: State, to: State) -> None:
    with pytest.raises(Refused, match="ESC-1"):
        check_move("ESC-1", before, to, "because")


@pytest.mark.parametrize(("before", "to"), sorted(REOPENING))
@pytest.mark.parametrize("reason", [None, "", "  "])
def test_reopening_needs_a_reason(before: State, to: State, reason: str | None) -> None:
    check_move("ESC-1", before, to, "it is back")
    with pytest.raises(Refused, match="reason in writing"):
        check_move("ESC-1", before, to, reason)
