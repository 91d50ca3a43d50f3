"""The small port tells whether the process lives and can work."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from smokewatch.health import Health


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> Iterator[int]:
    """A server that lives but is not ready."""
    number = _free_port()
    health = Health("127.0.0.1", number, alive=lambda: None, ready=lambda: "database: OperationalError")
    assert health.start()
    yield number
    health.stop()


def test_alive_is_ok(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.read() == b"ok\n"


def test_not_ready_says_why(port: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz")
    with caught.value as answer:
        assert (answer.code, answer.read()) == (503, b"database: OperationalError\n")


def test_metrics_are_those_of_prometheus(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"smokewatch_job_failures_total" in answer.read()


def test_a_taken_port_stops_nothing(port: int) -> None:
    assert not Health("127.0.0.1", port, alive=lambda: None, ready=lambda: None).start()


def test_port_zero_switches_it_off() -> None:
    assert not Health("127.0.0.1", 0, alive=lambda: None, ready=lambda: None).start()
