"""`close` needs a root cause and a resolution, asks for what is missing by name, and needs a confirm."""

import pytest
from sqlalchemy import select

from store.record import Closeout
from tests.workflow.desk import Desk
from workflow.trust import Trust

BOTH = "close\nroot cause: a bent cable\nresolution: replaced it"


def _versions(desk: Desk) -> list[tuple[int, str, str]]:
    rows = select(Closeout.version, Closeout.root_cause, Closeout.resolution).order_by(Closeout.version)
    return [(version, cause, resolution) for version, cause, resolution in desk.session.execute(rows)]


def test_with_both_parts_it_closes_through_resolved(desk: Desk) -> None:
    desk.says_one(BOTH)
    assert desk.audit("state") == [("open", "resolved"), ("resolved", "closed")]


def test_the_closeout_is_version_one(desk: Desk) -> None:
    desk.says_one(BOTH)
    assert _versions(desk) == [(1, "a bent cable", "replaced it")]


def test_the_missing_part_is_asked_for_by_name(desk: Desk) -> None:
    told = desk.says("close root cause: a bent cable")
    assert [line.ok for line in told.lines] == [True, False]
    assert ("`resolution:`" in told.lines[1].outcome, "`root cause:`" in told.lines[1].outcome) == (True, False)


def test_the_text_of_resolve_is_the_resolution(desk: Desk) -> None:
    desk.says_one("resolve: replaced it")
    desk.says_one("close root cause: a bent cable")
    assert _versions(desk) == [(1, "a bent cable", "replaced it")]


def test_parts_may_come_before_in_mails_of_their_own(desk: Desk) -> None:
    desk.says_one("root cause: a bent cable")
    desk.says_one("resolution: replaced it")
    desk.says_one("close")
    assert desk.esc.state == "closed"


def test_nobody_is_asked_to_confirm_a_bare_close(desk: Desk) -> None:
    told = desk.says("close", allowed=Trust.ALIGNED)
    assert (told.pending_id, desk.esc.state, "`resolution:`" in told.lines[0].outcome) == (None, "open", True)


def test_a_draft_kept_that_way_is_taken_back_by_undo(desk: Desk) -> None:
    desk.says("close root cause: a bent cable")
    desk.says_one("undo")
    assert desk.esc.root_cause is None


@pytest.mark.parametrize("allowed", [Trust.WEAK, Trust.ALIGNED])
def test_with_one_part_it_waits_for_a_confirm_and_asks_for_the_other_meanwhile(desk: Desk, allowed: Trust) -> None:
    told = desk.says("close root cause: a bent cable", allowed=allowed)
    assert (told.pending_id is None, desk.esc.root_cause, "`resolution:`" in (told.ask or "")) == (False, None, True)


def test_confirmed_with_one_part_it_is_kept_as_a_draft_and_the_form_asks_for_the_other(desk: Desk) -> None:
    told = desk.says("close root cause: a bent cable", allowed=Trust.CONFIRMED)
    assert (told.pending_id, desk.esc.state, desk.esc.root_cause) == (None, "open", "a bent cable")
    assert told.form is not None
    assert told.form.missing == ("resolution:",)


def test_the_confirm_shows_the_texts_that_it_will_keep(desk: Desk) -> None:
    told = desk.says(BOTH, allowed=Trust.ALIGNED)
    assert told.pending_lines == ("close", "root cause: a bent cable", "resolution: replaced it")


def test_closed_twice_is_refused(desk: Desk) -> None:
    desk.says_one(BOTH)
    assert "closed already (by Lena Vogt" in desk.refused(BOTH)


def test_after_reopening_a_new_version_with_its_own_words_is_needed(desk: Desk) -> None:
    desk.says_one(BOTH)
    desk.says_one("reopen: it is back")
    assert "I still need" in desk.refused("close")
    desk.says_one("close\nroot cause: water\nresolution: sealed")
    assert _versions(desk) == [(1, "a bent cable", "replaced it"), (2, "water", "sealed")]


def test_undo_opens_it_but_keeps_the_version(desk: Desk) -> None:
    desk.says_one(BOTH)
    desk.says_one("undo")
    assert (desk.esc.state, len(_versions(desk))) == ("open", 1)


def test_a_text_of_two_million_characters_is_cut(desk: Desk) -> None:
    desk.says_one(f"close\nroot cause: <script>{'A' * 2_000_000}\nresolution: x")
    assert len(_versions(desk)[0][1].encode()) <= 10_000
