"""A `close` that lacks something is answered with a form that knows what the record knows, and can be sent back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.recordwords import TaskState
from store.record import Closeout
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from tests.workflow.findings import add_finding
from tests.workflow.test_signoff import THANKS, heard
from workflow.closeform import Form
from workflow.trust import Trust


def _form(desk: Desk, text: str = "close", later: timedelta = timedelta(hours=26)) -> Form:
    form = desk.says(text, later=later).form
    assert form is not None
    return form


def _known(form: Form) -> dict[str, str]:
    return {heading.title: "\n".join(heading.lines) for heading in form.known}


def test_it_asks_for_the_missing_parts_by_name(desk: Desk) -> None:
    assert _form(desk).missing == ("root cause:", "resolution:")


def test_it_knows_how_long_who_and_what_happened(desk: Desk) -> None:
    desk.says("ack", desk.bob)
    known = _known(_form(desk))
    assert known["How long"] == "1 day and 2 hours and not resolved yet"
    assert "Lena Vogt (owner)" in known["Who"]
    assert "opened: account risk: we will cancel" in known["What happened"]
    assert "acknowledged" in known["What happened"]


def test_it_knows_promises_with_their_outcome(desk: Desk) -> None:
    desk.says("promise tomorrow: the report\nkept 1\npromise Friday: the part")
    promised = _known(_form(desk))["What we promised"]
    assert "kept: “the report”, due Thu 7 May" in promised
    assert "still open: “the part”" in promised


def test_it_knows_the_signals_that_stood_each_with_its_proof(desk: Desk) -> None:
    add_finding(desk, "account_risk")
    assert "Account at risk" in _known(_form(desk))["What was wrong in the customer's eyes"]


def test_it_quotes_their_last_mail_when_it_reads_like_a_sign_off(desk: Desk) -> None:
    heard(desk, THANKS)
    word = _known(_form(desk))["The customer's word"]
    assert "Ines Dahl wrote on" in word
    assert "add a line that says: signed off" in word


def test_it_shows_the_version_before(desk: Desk) -> None:
    desk.says("close\nroot cause: a bent cable\nresolution: b\nreopen: back")
    assert "v1, root cause: a bent cable" in _known(_form(desk))["The closeout before"]


def test_prompts_are_those_of_the_type(desk: Desk) -> None:
    desk.esc.type = "churn_risk"
    assert "[Why were they about to leave" in _form(desk).text


def test_a_draft_stands_in_the_form_and_not_in_the_short_one(desk: Desk) -> None:
    desk.says("resolution: replaced the cable")
    form = _form(desk)
    assert "resolution: replaced the cable" in form.text
    assert "resolution:" not in form.short


def test_a_long_draft_need_not_be_sent_again(desk: Desk) -> None:
    desk.says("resolution: " + "many words " * 60)
    text = _form(desk).text
    assert "many words" not in text
    desk.says(text.replace("[What was wrong, and what", "Cable. [What was wrong, and what"), later=timedelta(hours=27))
    assert (desk.esc.resolution or "").startswith("many words")


def test_sent_back_as_it_came_it_is_no_answer(desk: Desk) -> None:
    text = _form(desk).text
    told = desk.says(text)
    assert [(line.line, line.ok) for line in told.lines] == [("close", False)]
    assert (desk.esc.root_cause, told.form is not None) == (None, True)


FILLED = """Hi,

close

root cause:
[What was wrong, and what was missing so that it could not be solved without help?]
The cable was bent.

It was bent on delivery.

resolution: replaced it
[Who solved it, and how do you know that it holds?]

customer impact:
[What could the customer not do, and for how long?]

internal impact:

lessons:
[What would have made the call for help unnecessary: knowledge, access, people, a product
change?]
We check cables on delivery.
action: @bob by Friday: write the checklist
action: @stan: order spare cables
signed off: Ana by phone: "all fine"

Thanks
Lena
"""


def test_filled_in_on_a_phone_it_closes(desk: Desk) -> None:
    told = desk.says(FILLED)
    assert [(line.line.split(":")[0], line.ok) for line in told.lines] == [
        ("close", True), ("action", True), ("action", True), ("signed off", True)
    ]  # fmt: skip
    made = desk.session.scalars(select(Closeout)).one()
    assert (made.root_cause, made.resolution) == ("The cable was bent.\n\nIt was bent on delivery.", "replaced it")
    assert (made.customer_impact, made.internal_impact, made.lessons) == ("", "", "We check cables on delivery.")


def test_its_action_items_come_from_the_closeout(desk: Desk) -> None:
    desk.says(FILLED)
    rows = desk.session.execute(select(ActionItem.text, ActionItem.source, ActionItem.state).order_by(ActionItem.n))
    assert [tuple(row) for row in rows] == [
        ("write the checklist", "closeout", TaskState.OPEN), ("order spare cables", "closeout", TaskState.OPEN)
    ]  # fmt: skip


def test_at_aligned_trust_only_the_close_waits_and_the_confirm_shows_its_texts(desk: Desk) -> None:
    told = desk.says(FILLED, allowed=Trust.ALIGNED)
    assert told.pending_lines[:2] == ("close", "root cause: The cable was bent.\n\nIt was bent on delivery.")
    assert desk.session.scalars(select(ActionItem.n).order_by(ActionItem.n)).all() == [1, 2]


@pytest.mark.parametrize("spelling", [
    "Lessons learned: check cables", "lesson learned: check cables", "LESSONS: check cables", "- lessons: check cables",
    "lessons learnt:\ncheck cables", "lessons:\n\ncheck cables", "lesons: check cables",
])  # fmt: skip
def test_spellings_of_lessons(desk: Desk, spelling: str) -> None:
    desk.says(f"close\nroot cause: a\nresolution: b\n{spelling}")
    assert desk.session.scalars(select(Closeout.lessons)).all() == ["check cables"]


def test_a_misspelled_part_ends_the_one_before(desk: Desk) -> None:
    desk.says("close\nroot cause: a\nresoluton: b")
    assert desk.session.execute(select(Closeout.root_cause, Closeout.resolution)).one() == ("a", "b")


def test_a_part_in_a_mail_of_its_own_is_a_draft(desk: Desk) -> None:
    desk.says_one("customer impact: line 2 stood still")
    desk.says_one("internal impact: two days")
    desk.says_one("lessons: check cables")
    assert (desk.esc.customer_impact, desk.esc.internal_impact, desk.esc.lessons) == (
        "line 2 stood still", "two days", "check cables"
    )  # fmt: skip
    desk.says_one("undo")
    assert desk.esc.lessons is None
