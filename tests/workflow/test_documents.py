"""Files are kept once by their content, hang on one thing each, and are refused where they cannot be kept."""

import pytest
from sqlalchemy import func, select

from config.recordwords import AnchorKind, Target
from store.files import Blob
from store.hanging import files_of
from store.record import Audit, Closeout, Comment
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from tests.workflow.pieces import anchor
from workflow import documents
from workflow.documents import File, Place, attach_file, bytes_of, detach_file
from workflow.errors import Locked, NotFound, Refused
from workflow.filing import find_document, place_of, place_on, place_on_anchor
from workflow.joining import merge, unmerge

LOG = File("pump.log", "text/plain", b"pressure 12 bar\n")


def _on(desk: Desk, said: str = "") -> Place:
    return place_on(desk.session, desk.esc, said)


def _blobs(desk: Desk) -> int:
    return desk.session.scalar(select(func.count()).select_from(Blob)) or 0


def test_it_is_kept_with_who_and_when_and_in_the_audit(desk: Desk) -> None:
    made = attach_file(desk.session, desk.by(), _on(desk), LOG)
    assert (made.person_id, made.at, made.escalation_id) == (desk.lena.id, desk.now, desk.esc.id)
    assert bytes_of(desk.session, made) == LOG.body
    assert desk.audit("file attached") == [(None, "pump.log")]


def test_the_same_bytes_are_stored_once(desk: Desk) -> None:
    attach_file(desk.session, desk.by(), _on(desk), LOG)
    attach_file(desk.session, desk.by(), _on(desk), File("copy.log", "text/plain", LOG.body))
    assert (_blobs(desk), len(desk.audit("file attached"))) == (1, 2)


def test_the_same_file_again_is_the_one_that_is_there(desk: Desk) -> None:
    first, version = attach_file(desk.session, desk.by(), _on(desk), LOG), desk.esc.version
    assert attach_file(desk.session, desk.by(desk.bob), _on(desk), LOG) is first
    assert desk.esc.version == version


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.txt", b"", "is empty"),
        ("../etc/passwd", b"x", "without a path"),
        ("a\\b.txt", b"x", "without a path"),
        ("a\x00.txt", b"x", "plain name"),
        (".bashrc", b"x", "plain name"),
        ("", b"x", "plain name"),
        ("ü" * 128, b"x", "at most 255 bytes"),
    ],
)
def test_what_cannot_be_kept_is_refused(desk: Desk, name: str, body: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        attach_file(desk.session, desk.by(), _on(desk), File(name, "text/plain", body))
    assert _blobs(desk) == 0


def test_one_that_is_too_large_is_refused_with_the_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 10)
    with pytest.raises(Refused, match="Put it where your team keeps large files"):
        attach_file(desk.session, desk.by(), _on(desk), LOG)


def test_all_together_have_a_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_TOGETHER", 20)
    attach_file(desk.session, desk.by(), _on(desk), LOG)
    with pytest.raises(Refused, match="would have more than"):
        attach_file(desk.session, desk.by(), _on(desk), File("b.log", "text/plain", b"123456789"))


def test_an_odd_content_type_is_no_type(desk: Desk) -> None:
    made = attach_file(desk.session, desk.by(), _on(desk), File("a.bin", "text/html\r\nX: y", b"x"))
    assert made.content_type == "application/octet-stream"


def test_it_hangs_on_a_comment(desk: Desk) -> None:
    desk.says_one("note: see the log")
    comment = desk.session.scalars(select(Comment.id)).one()
    made = attach_file(desk.session, desk.by(), _on(desk, f"comment:{comment}"), LOG)
    assert (made.target, made.target_id, made.escalation_id) == (Target.COMMENT, comment, desk.esc.id)


def test_the_files_of_a_withdrawn_note_stay_on_the_escalation(desk: Desk) -> None:
    desk.says_one("note: see the log")
    comment = desk.session.scalars(select(Comment.id)).one()
    made = attach_file(desk.session, desk.by(), _on(desk, f"comment:{comment}"), LOG)
    desk.says_one("undo")
    assert (made.target, made.target_id) == (Target.ESCALATION, desk.esc.id)


def test_it_hangs_on_the_closeout_of_a_version(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresolution: b")
    made = attach_file(desk.session, desk.by(), _on(desk, "closeout:1"), LOG)
    closeout = desk.session.scalars(select(Closeout.id)).one()
    assert (made.target, made.target_id, made.escalation_id) == (Target.CLOSEOUT, closeout, desk.esc.id)


def test_it_hangs_on_an_action_by_its_number(desk: Desk) -> None:
    item = ActionItem(
        escalation_id=desk.esc.id, n=3, text="call", assignee_id=desk.bob.id, source="hand", made_at=desk.now,
        changed_at=desk.now,
    )  # fmt: skip
    desk.session.add(item)
    desk.session.flush()
    made = attach_file(desk.session, desk.by(), _on(desk, "action:3"), LOG)
    assert (made.target, made.target_id) == (Target.ACTION_ITEM, item.id)
    assert [each.on for each in files_of(desk.session, desk.esc.id)] == ["action:3"]


@pytest.mark.parametrize("said", ["comment:99", "closeout:7", "action:1", "mail:3", "comment", "comment:x"])
def test_what_is_not_there_is_refused(desk: Desk, said: str) -> None:
    with pytest.raises(Refused):
        _on(desk, said)


def test_a_comment_of_another_escalation_is_not_there(desk: Desk) -> None:
    other = desk.opened(desk.conversation("Other"))
    desk.says("note: x", esc=other)
    comment = desk.session.scalars(select(Comment.id)).one()
    with pytest.raises(NotFound, match="has no comment"):
        _on(desk, f"comment:{comment}")


def test_nothing_is_attached_to_a_locked_closeout_and_nothing_taken_off(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresolution: b")
    made = attach_file(desk.session, desk.by(), _on(desk, "closeout:1"), LOG)
    desk.esc.locked_at = desk.now
    with pytest.raises(Locked):
        attach_file(desk.session, desk.by(), _on(desk, "closeout:1"), File("b", "text/plain", b"b"))
    with pytest.raises(Locked):
        detach_file(desk.session, desk.by(), place_of(desk.session, made), made)
    assert attach_file(desk.session, desk.by(), _on(desk), File("b", "text/plain", b"b")).id


def test_the_bytes_go_with_the_last_thing_they_hang_on(desk: Desk) -> None:
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    first = attach_file(desk.session, desk.by(), _on(desk), LOG)
    second = attach_file(desk.session, desk.by(), place_on_anchor(desk.session, deal, ""), LOG)
    detach_file(desk.session, desk.by(), place_of(desk.session, first), first)
    assert _blobs(desk) == 1
    detach_file(desk.session, desk.by(), place_of(desk.session, second), second)
    assert (_blobs(desk), desk.audit("file taken off")) == (0, [("pump.log", None)])


def test_the_audit_keeps_the_hash_of_what_was_taken_off(desk: Desk) -> None:
    made = attach_file(desk.session, desk.by(), _on(desk), LOG)
    sha256 = made.sha256.hex()
    detach_file(desk.session, desk.by(), place_of(desk.session, made), made)
    assert sha256 in desk.session.scalars(select(Audit.detail).where(Audit.action == "file taken off")).one()


def test_who_may_not_see_what_it_hangs_on_does_not_find_it(desk: Desk) -> None:
    made = attach_file(desk.session, desk.by(), _on(desk), LOG)
    assert find_document(desk.session, desk.bob, made.id) is made
    for person, number in ((desk.stan, made.id), (desk.bob, made.id + 1)):
        with pytest.raises(NotFound, match="that you may see"):
            find_document(desk.session, person, number)


def test_a_file_of_an_anchor_is_found_by_who_sees_the_anchor(desk: Desk) -> None:
    desk.account.team_id = desk.team.id
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    made = attach_file(desk.session, desk.by(), place_on_anchor(desk.session, deal, ""), LOG)
    assert find_document(desk.session, desk.bob, made.id) is made
    with pytest.raises(NotFound):
        find_document(desk.session, desk.stan, made.id)


def test_files_follow_a_merge_and_come_back(desk: Desk) -> None:
    other = desk.opened(desk.conversation("Other"))
    made = attach_file(desk.session, desk.by(), Place(Target.ESCALATION, other.id, other), LOG)
    moved = merge(desk.session, desk.by(), other, desk.esc)
    assert (made.escalation_id, made.target_id) == (desk.esc.id, desk.esc.id)
    unmerge(desk.session, desk.by(), desk.esc, moved)
    assert (made.escalation_id, made.target_id) == (other.id, other.id)
