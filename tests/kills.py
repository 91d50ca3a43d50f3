"""Names the moment of each repeated killing: a test that takes `killing` runs three times, in `make soak` twenty."""

Point = tuple[str, int]
"""A named point, and how many times one run of the test passes it."""

STRIDE = 7
"""Three killings already lie far apart in a long run; no run passes a point 7 or 14 times, so none is left out."""


def moment(killing: int, point: Point) -> str:
    """The value of KILL_AT for the nth killing of a test.

    Killed at another passing each time, as long as there are any: other moments tell more than repeats.
    """
    name, passings = point
    return f"{name}:{(killing - 1) * STRIDE % passings + 1}"
