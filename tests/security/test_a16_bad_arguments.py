"""A16: assigning to outsiders or to the uninformed, and text made to break whoever shows it."""

import pytest
from sqlalchemy import select

from store.record import Comment
from tests.security.scene import Scene


@pytest.mark.parametrize(
    "target",
    [
        "@pat",
        "pat@customer.example",
        "@bob\nBcc: v@x.example",
        "@bob'; DROP TABLE person;--",
        "@<script>alert(1)</script>",
        "@bob @dana",
        "@../../etc/passwd",
        "@fred",
    ],
)
def test_an_odd_target_gets_nothing(scene: Scene, target: str) -> None:
    scene.take(scene.mail(f"assign {target}"))
    scene.record()
    assert scene.esc.owner_id in {None, scene.bob.id}
    if not target.startswith("@bob\n"):
        assert scene.esc.owner_id is None


def test_a_line_below_an_assignment_adds_no_recipient(scene: Scene) -> None:
    scene.take(scene.mail("assign @bob\nBcc: v@x.example"))
    assert {n.person_id for n in scene.notices()} <= {scene.dana.id, scene.bob.id}


def test_somebody_of_another_team_gets_it_only_after_a_confirm(scene: Scene) -> None:
    scene.take(scene.mail("assign @sam"))
    scene.record()
    assert scene.esc.owner_id is None


def test_a_huge_note_is_cut_and_kept_as_data(scene: Scene) -> None:
    scene.take(scene.mail("note: <script>alert(1)</script>" + "A" * 100_000))
    text = scene.session.scalars(select(Comment.text)).one()
    assert len(text) <= 10_240
    assert text.startswith("<script>")


def test_a_two_megabyte_root_cause_waits_for_its_confirm(scene: Scene) -> None:
    before = scene.record()
    scene.take(scene.mail("close\nresolution: x\nroot cause: <script>alert(1)</script>" + "A" * 2_000_000))
    assert scene.record()[:5] == before[:5]
