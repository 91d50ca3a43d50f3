"""The stage that every attack is played on."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.security.scene import Scene, build_scene


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return build_scene(session, now)
