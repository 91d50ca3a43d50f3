"""Which state may follow which: forward one step, ahead to resolved, closed from resolved, back only by reopening."""

from config.words import State
from workflow.errors import Refused

ACTIVE = (State.OPEN.value, State.ACKNOWLEDGED.value, State.IN_PROGRESS.value)
"""States in which somebody still has to do something."""

_ORDER = list(State)
_AT_WORK = (State.OPEN, State.IN_PROGRESS)
_DONE = (State.RESOLVED, State.CLOSED)


def check_move(number: str, before: State, to: State, reason: str | None) -> None:
    """Raise Refused unless an escalation may go from `before` to `to`; reopening needs a written reason."""
    if before == to:
        raise Refused(f"{number} is {say_state(to)} already; nothing changed.")
    if is_reopening(before, to):
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


def is_reopening(before: State, to: State) -> bool:
    """Whether the move takes up again what was done: to open, or straight to work."""
    return before in _DONE and to in _AT_WORK


def say_state(state: str) -> str:
    """The state as it is written for people."""
    return state.replace("_", " ")
