"""A Dovecot for the test run, a mailbox in it for each test, and a token endpoint."""

import secrets
from collections.abc import Iterator

import pytest

from store.database import Store
from tests.dovecot.box import Box
from tests.dovecot.server import Dovecot, TokenEndpoint, running


@pytest.fixture(scope="session")
def tokens() -> Iterator[TokenEndpoint]:
    """The token endpoint that Dovecot believes."""
    endpoint = TokenEndpoint()
    server = endpoint.serve()
    yield endpoint
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def dovecot(tokens: TokenEndpoint) -> Iterator[Dovecot]:
    """The running server."""
    with running(tokens.port) as server:
        yield server


@pytest.fixture
def box(dovecot: Dovecot, store: Store) -> Box:
    """A mailbox of this test's own."""
    return Box(dovecot, f"u{secrets.token_hex(6)}", store)
