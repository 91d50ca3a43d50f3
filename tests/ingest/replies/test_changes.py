"""A reply that would overwrite what its writer has not seen waits for a confirm, whatever the command."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import TaskState
from config.words import Channel
from ingest.replies.changes import OVERWRITES, changed_since, items_changed_since
from store import audit
from store.audit import Change
from store.record import Audit, Escalation
from store.tokens import Claim
from tests.security.scene import Scene, build_scene
from workflow.actionlist import Wanted
from workflow.actions import NewItem, add_action, move_action, set_action_state
from workflow.bulkactions import Bulk, change_many
from workflow.change import By
from workflow.commands import Command
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


def test_an_item_that_another_changed_since_is_named_and_no_other(scene: Scene) -> None:
    session, by = scene.session, By(None, "bob@acme.example", Channel.CLI, scene.now, "the part is late")
    esc = session.get_one(Escalation, scene.esc.id)
    items = [add_action(session, by, esc, NewItem(text, scene.dana.id)) for text in ("call", "write", "wait")]
    seen = session.scalar(select(func.max(Audit.seq)).where(Audit.stream == esc.number)) or 0
    move_action(session, by, esc, items[0], scene.now + timedelta(days=2))
    set_action_state(session, by, esc, items[1], TaskState.DONE)
    change_many(session, by, Wanted(refs=((esc.id, 3),)), Bulk(state=TaskState.IN_PROGRESS))
    claim = Claim(scene.dana.id, scene.esc.id, "reply", scene.now + timedelta(days=1), 1, seen=seen)
    for n in (1, 2, 3):
        command = Command("move", f"move {n} to Friday: why", {"n": n})
        assert items_changed_since(session, claim, scene.dana, [command]) == (f"{by.actor} changed action item {n}",)
    assert items_changed_since(session, claim, scene.dana, [Command("done", "done 4", {"n": 4})]) == ()
