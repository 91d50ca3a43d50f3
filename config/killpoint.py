"""Named points at which a test may kill the process; free of cost unless armed.

`KILL_AT=K4:2` in the environment makes the second passing of point K4 end the process with SIGKILL, so that
a test sees what a power cut at that very line would leave behind.
"""

import os
import signal

_name, _, _nth = os.environ.get("KILL_AT", "").partition(":")
_left = [int(_nth or 1)]


def killpoint(name: str) -> None:
    """Die here, without any clean-up, when the environment armed this point."""
    if name != _name:
        return
    _left[0] -= 1
    if _left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
