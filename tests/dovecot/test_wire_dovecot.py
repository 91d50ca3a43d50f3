"""A line that is cut, reset, stalled or slow between us and a real server loses nothing and keeps no half mail."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.poll import Standing
from ingest.timing import Timing
from tests.dovecot.box import NOW, Box, mail
from tests.dovecot.server import free_port

pytestmark = pytest.mark.dovecot
SHORT = Timing(connect=2, read=1, command=1.5, check=1, bytes_per_second=10_000_000, login_gap=0, lease=60)


@pytest.fixture
def line(box: Box, shared: Path, tmp_path: Path) -> Iterator[tuple[int, Callable[..., None]]]:
    """The port of a faulty line to the server, and what sets its fault."""
    port, control = free_port(), tmp_path / "fault.json"

    def fault(mode: str, **more: int) -> None:
        control.write_text(json.dumps({"mode": mode} | more))

    fault("pass")
    tool = shared / "tools" / "tcpfault.py"
    proxy = subprocess.Popen([sys.executable, str(tool), str(port), str(box.server.port), str(control)])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port, fault
    proxy.terminate()
    proxy.wait(10)


def large(number: int) -> bytes:
    return mail(number) + (b"z" * 70 + b"\r\n") * 890


@pytest.mark.parametrize(("mode", "step"), [("cut", 1), ("rst", 8)])
def test_a_mail_cut_at_any_kilobyte_is_kept_whole_or_not_at_all(
    box: Box, line: tuple[int, Callable[..., None]], mode: str, step: int
) -> None:
    port, fault = line
    for kilobyte in range(1, 65, step):
        box.put([large(kilobyte)])
        now = NOW + timedelta(minutes=5 * kilobyte)
        fault(mode, after=kilobyte * 1024)
        poller = box.poller(port=port)
        poller.poll_once(now)
        fault("pass")
        poller.poll_once(now + timedelta(minutes=2))
        poller.close()
        assert box.bodies() == [large(n) for n in range(1, kilobyte + 1, step)]


@pytest.mark.parametrize("fault_of", [{"mode": "stall"}, {"mode": "drip", "bps": 20}], ids=["stall", "drip"])
def test_a_stalled_or_dripping_line_is_given_up_and_opened_again(
    box: Box, line: tuple[int, Callable[..., None]], fault_of: dict[str, int]
) -> None:
    port, fault = line
    box.put([large(1)])
    fault(**fault_of, after=20_000)
    poller = box.poller(timing=SHORT, port=port)
    begun = time.monotonic()
    assert poller.poll_once(NOW).standing is Standing.FAILED
    assert time.monotonic() - begun < 6
    assert box.bodies() == []
    fault("pass")
    assert poller.poll_once(NOW + timedelta(minutes=2)).kept == 1
    poller.close()
