"""`done 3`, `doing 3`, `move 3 to DATE: why`, `drop 3: why` change one item; sentences with these words do not."""

import pytest
from sqlalchemy import select

from store.tasks import ActionItem
from tests.workflow.desk import Desk


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Two items of Bob's."""
    desk.says("action: @bob by Friday: send the report\naction: @bob by Friday: call them")
    return desk


def _states(desk: Desk) -> list[str]:
    return list(desk.session.scalars(select(ActionItem.state).order_by(ActionItem.n)))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("done 2", "done"),
        ("Done #2.", "done"),
        ("done item 2", "done"),
        ("done 2: sent on Monday", "done"),
        ("doing 2", "in_progress"),
        ("Doing action item 2", "in_progress"),
        ("drop 2: no need any more", "cancelled"),
    ],
)
def test_the_named_item_changes_and_no_other(busy: Desk, text: str, state: str) -> None:
    busy.says_one(text, busy.bob)
    assert _states(busy) == ["open", state]


@pytest.mark.parametrize("text", ["done 2: sent on Monday", "doing 2", "drop 2: no need", "move 2 to Monday: no part"])
def test_undo_puts_it_back(busy: Desk, text: str) -> None:
    before = [(row.state, row.due_at) for row in busy.session.scalars(select(ActionItem).order_by(ActionItem.n))]
    busy.says_one(text)
    busy.says_one("undo")
    assert [
        (row.state, row.due_at) for row in busy.session.scalars(select(ActionItem).order_by(ActionItem.n))
    ] == before


def test_undo_leaves_what_somebody_else_changed_since(busy: Desk) -> None:
    busy.says_one("doing 2")
    busy.says_one("done 2", busy.bob)
    assert "changed since" in busy.refused("undo")


@pytest.mark.parametrize(("text", "due"), [
    ("move 2 to Monday: the part is late", "2026-05-11T15:30"),
    ("move 2 to Monday 10:00: the part is late", "2026-05-11T08:00"),
    ("move item 2 until 2026-05-20: the part is late", "2026-05-20T15:30"),
])  # fmt: skip
def test_it_is_moved_with_a_reason(busy: Desk, text: str, due: str) -> None:
    busy.says_one(text)
    item = busy.session.scalars(select(ActionItem).where(ActionItem.n == 2)).one()
    assert item.due_at is not None
    assert item.due_at.isoformat().startswith(due)
    assert busy.audit("action item due")[0][1] == item.due_at.isoformat()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("drop 2", "needs a reason: `drop 2: why`"),
        ("move 2 to Friday", "needs a reason: `move 2 to Friday: why`"),
        ("move 2 to 2026-05-01: late", "still to come"),
        ("done 1, 2", "One item a line"),
        ("done 9", "has no action item 9"),
        ("done 9999", "has no action item 9999"),
    ],
)
def test_what_cannot_be_done_says_why(busy: Desk, text: str, said: str) -> None:
    assert said in busy.refused(text)
    assert _states(busy) == ["open", "open"]


@pytest.mark.parametrize(
    "text",
    [
        "Done.", "Done, thanks!", "done with it", "Done 3 times already", "Doing fine", "doing 3 things at once",
        "Move it to Friday please", "move 3 pallets to the other line: they are in the way", "Move on",
        "Drop me a line", "drop 3 of them", "Drop it", "Mine too", "Mine is broken", "mine, not yours?",
    ],
)  # fmt: skip
def test_everyday_sentences_are_comments_without_advice(busy: Desk, text: str) -> None:
    told = busy.says(text)
    assert (told.lines, told.comment_added, _states(busy)) == ((), True, ["open", "open"])


@pytest.mark.parametrize("text", ["Fine.", "Nine", "Look", "Going well", "Line", "Love it", "Locks", "Moving on"])
def test_neighbours_of_the_words_are_no_slips(busy: Desk, text: str) -> None:
    assert busy.says(text).lines == ()
