"""A Dovecot, an SMTP sink and installations to torture."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.alerts.sink import Sink, running_sink
from tests.dovecot.server import Dovecot, free_port, running
from tests.system.corpus import Posted
from tests.system.house import House


@pytest.fixture(scope="session")
def imap() -> Iterator[Dovecot]:
    """The mail server."""
    with running(free_port()) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where alerts end."""
    with running_sink() as sink:
        yield sink


@pytest.fixture
def house(tmp_path: Path, sink: Sink) -> Iterator[House]:
    """An installation without a mailbox."""
    house = House(tmp_path / "house", sink.port)
    yield house
    house.close()


@dataclass
class Box:
    """One mailbox on the server."""

    server: Dovecot
    user: str

    def put(self, mails: Sequence[Posted]) -> None:
        """Deliver mails as they came in at their time."""
        self.server.put(self.user, [mail.raw for mail in mails], at=[mail.at for mail in mails])

    def size(self) -> int:
        """How many mails the server holds."""
        with self.server.client(self.user) as client:
            return int(client.select_folder("INBOX")[b"EXISTS"])


@pytest.fixture
def box(imap: Dovecot, house: House) -> Box:
    """A watched mailbox of this test's own."""
    user = f"s{secrets.token_hex(6)}"
    house.watch(imap.port, user)
    return Box(imap, user)
