"""How sure we are that a command comes from the person it claims to come from."""

from enum import IntEnum


class Trust(IntEnum):
    """Levels in rising order; each verb names the one it needs.

    WEAK has a valid token only; ALIGNED has token, From and an aligned authentication result; CONFIRMED has answered
    a one-time confirm, or works on the command line.
    """

    NONE = 0
    WEAK = 1
    ALIGNED = 2
    CONFIRMED = 3
