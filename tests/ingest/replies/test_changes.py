"""A reply that would overwrite what its writer has not seen waits for a confirm, whatever the command."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from config.words import Channel
from ingest.replies.changes import OVERWRITES, changed_since
from store import audit
from store.audit import Change
from store.tokens import Claim
from tests.security.scene import Scene, build_scene
from workflow.verbs import VERBS


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    """Dana's escalation."""
    return build_scene(session, now)


def _changed(scene: Scene, action: str) -> None:
    change = Change(scene.esc.number, scene.now, "bob@acme.example", Channel.CLI, action, "a", "b")
    audit.record(scene.session, change)


def test_every_verb_of_the_table_is_one() -> None:
    assert set(OVERWRITES) <= set(VERBS)


@pytest.mark.parametrize(
    ("verb", "action"), [(verb, action) for verb, all_ in OVERWRITES.items() for action in sorted(all_)]
)
def test_what_another_changed_since_is_named(scene: Scene, verb: str, action: str) -> None:
    claim = Claim(scene.dana.id, scene.esc.id, "reply", scene.now + timedelta(days=1), 1, seen=1)
    _changed(scene, action)
    (said,) = changed_since(scene.session, claim, scene.dana, [verb])
    assert said == f"bob@acme.example changed the {action.replace('_', ' ')} from a to b"
    assert changed_since(scene.session, replace(claim, seen=2), scene.dana, [verb]) == ()
