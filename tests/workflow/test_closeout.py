"""A closeout has five parts in versions that are added and never changed, by nobody, not even in the database."""

from datetime import datetime

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from store.database import Store
from store.record import Closeout
from tests.workflow.desk import Desk, set_up_desk
from workflow.closeout import Post, closeouts_of, write_closeout
from workflow.errors import Incomplete
from workflow.joining import merge
from workflow.record import close

FULL = Post("a bent cable", "replaced it", "line 2 stood for a day", "two people for a day", "check cables on delivery")
CHANGES = ["UPDATE closeout SET root_cause = 'nobody''s fault'", "DELETE FROM closeout", "TRUNCATE closeout CASCADE"]


def _versions(desk: Desk) -> list[tuple[int, str, str]]:
    rows = select(Closeout.version, Closeout.root_cause, Closeout.lessons).order_by(Closeout.version)
    return [(version, cause, lessons) for version, cause, lessons in desk.session.execute(rows)]


def test_all_five_parts_are_kept(desk: Desk) -> None:
    made = close(desk.session, desk.by(), desk.esc, FULL)
    assert (made.customer_impact, made.internal_impact) == ("line 2 stood for a day", "two people for a day")
    assert _versions(desk) == [(1, "a bent cable", "check cables on delivery")]


def test_a_part_that_is_not_given_is_taken_from_its_draft(desk: Desk) -> None:
    desk.says("root cause: a bent cable\nlessons learned: check cables\nresolution: replaced it")
    close(desk.session, desk.by(), desk.esc, Post())
    assert _versions(desk) == [(1, "a bent cable", "check cables")]


@pytest.mark.parametrize("post", [Post(), Post("  ", "x"), Post("a"), Post(lessons="only these")])
def test_the_two_required_parts_are_required(desk: Desk, post: Post) -> None:
    with pytest.raises(Incomplete) as caught:
        write_closeout(desk.session, desk.by(), desk.esc, post)
    assert all(name in str(caught.value) for name in caught.value.missing)


def test_reopened_and_closed_again_is_a_second_version_and_the_first_stays(desk: Desk) -> None:
    desk.says_one("close\nroot cause: a\nresolution: b\nlessons: c")
    desk.says_one("reopen: it is back")
    assert desk.esc.lessons is None
    desk.says_one("close\nroot cause: d\nresolution: e")
    assert _versions(desk) == [(1, "a", "c"), (2, "d", "")]
    assert desk.audit("closeout") == [(None, "v1"), ("v1", "v2")]


def test_reopened_before_it_was_closed_the_drafts_of_impact_and_lessons_stay(desk: Desk) -> None:
    desk.says("lessons: check cables\nresolve: replaced it\nreopen: no")
    assert (desk.esc.lessons, desk.esc.resolution) == ("check cables", None)


def test_versions_of_a_merged_escalation_are_listed_behind_its_own(desk: Desk) -> None:
    other = desk.opened(desk.conversation("Other"))
    close(desk.session, desk.by(), other, FULL)
    desk.says_one("close\nroot cause: a\nresolution: b")
    merge(desk.session, desk.by(), other, desk.esc)
    assert [row.root_cause for row in closeouts_of(desk.session, desk.esc.id)] == ["a", "a bent cable"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_programs_own_role_cannot_change_a_version(desk: Desk, change: str) -> None:
    close(desk.session, desk.by(), desk.esc, FULL)
    with pytest.raises(DBAPIError, match="permission denied"), desk.session.begin_nested():
        desk.session.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_nor_can_the_owner_of_the_tables(store: Store, now: datetime, change: str) -> None:
    with store.transaction() as session:
        made = set_up_desk(session, now)
        close(session, made.by(), made.esc, FULL)
    owner = create_engine(store.engine.url)
    with pytest.raises(DBAPIError, match="never changed or deleted"), owner.begin() as connection:
        connection.execute(text(change))
    owner.dispose()
