"""The stage that tests of the record play on."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.workflow.desk import Desk, set_up_desk


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A desk on the real database, gone after the test."""
    return set_up_desk(session, now)
