"""Which state may follow which: forward one step, ahead to resolved, closed from resolved, back only by reopening."""

from config.words import State
from workflow.errors import Refused

_ORDER = list(State)
_DONE = (State.RESOLVED, State.CLOSED)


def check_move(number: str, before: State, to: State, reason: str | None) -> None:
    """Raise Refused unless an escalation may go from `before` to `to`; reopening needs a written reason."""
    if before == to:
        raise Refused(f"{number} is {say_state(to)} already; nothing changed.")
    if to == State.OPEN and before in _DONE:
        if not (reason or "").strip():
            raise Refused(f"Reopening {number} needs a reason in writing: `reopen: why`.")
    elif to == State.CLOSED and before != State.RESOLVED:
        raise Refused(f"{number} is {say_state(before)}; it can be closed only once it is resolved.")
    elif before in _DONE and to != State.CLOSED:
        raise Refused(f"{number} is {say_state(before)}; write `reopen: why` to work on it again.")
    elif _ORDER.index(to) < _ORDER.index(before):
        raise Refused(f"{number} is {say_state(before)} and does not go back to {say_state(to)}.")
    elif to == State.IN_PROGRESS and before == State.OPEN:
        raise Refused(f"{number} is open; it must be acknowledged before work on it starts.")


def say_state(state: str) -> str:
    """The state as it is written for people."""
    return state.replace("_", " ")
