"""The answer to a reply: one per mail, complete, to the person's registered address, and never when all is quiet."""

from dataclasses import replace

import pytest

from config.words import NoticeKind
from tests.security.scene import PROVEN, Scene
from workflow.verbs import TOPICS


def test_each_line_is_answered_with_its_outcome(scene: Scene) -> None:
    scene.take(scene.mail("ack\npriority urgentish\nsev 1\n\nCalled Pat."))
    (answer,) = scene.answers()
    lines = {line["line"]: line["ok"] for line in answer.facts["lines"]}
    assert lines == {"ack": True, "priority urgentish": False, "sev 1": True}
    assert answer.facts["comment_added"]
    assert answer.facts["undo"]
    assert answer.facts["in_reply_to"].endswith("@acme.example>")
    assert answer.person_id == scene.dana.id


def test_a_forgiven_typo_is_named(scene: Scene) -> None:
    scene.take(scene.mail("aknowledge"))
    assert scene.answers()[0].facts["lines"][0]["corrected_from"] == "aknowledge"


def test_what_ran_is_answered_beside_the_confirm_of_what_waits(scene: Scene) -> None:
    scene.take(scene.mail("priority high\nresolve: done"))
    assert [n.kind for n in scene.answers()] == [NoticeKind.CONFIRM, NoticeKind.ANSWER]
    assert scene.answers()[0].facts["lines"] == ["resolve: done"]


def test_nothing_but_a_wait_is_one_mail(scene: Scene) -> None:
    scene.take(scene.mail("resolve: done"))
    assert [n.kind for n in scene.answers()] == [NoticeKind.CONFIRM]


def test_a_confirm_that_ran_is_answered(scene: Scene) -> None:
    scene.take(scene.mail("resolve: done"))
    scene.take(scene.mail("yes", to=scene.confirm_address()))
    answer = scene.notices(NoticeKind.ANSWER)[0]
    assert [(line["line"], line["ok"]) for line in answer.facts["lines"]] == [("resolve: done", True)]


def test_a_refusal_by_the_record_is_a_sentence(scene: Scene) -> None:
    scene.esc.merged_into = scene.other_esc.id
    scene.session.flush()
    scene.take(scene.mail("ack"))
    assert f"merged into {scene.other_esc.number}" in scene.answers()[0].facts["ask"]


@pytest.mark.parametrize("text", ["", " \n\n", "-- \nDana Lee\nSupport", "On Tue, Pat wrote:\n> We are down."])
def test_an_empty_answer_is_told_what_can_be_answered(scene: Scene, text: str) -> None:
    scene.take(scene.mail(text))
    (answer,) = scene.answers()
    assert "no words of its own" in answer.facts["ask"]
    assert all(f"`{verb.usage}`" in answer.facts["ask"] for verb in TOPICS["every day"])
    assert answer.facts["lines"] == []
    assert scene.reasons() == ["nothing-said"]


def test_empty_answers_are_answered_once_a_day_and_the_answer_says_so(scene: Scene) -> None:
    for _ in range(3):
        scene.take(scene.mail(""))
    (answer,) = scene.answers()
    assert "answered once a day" in answer.facts["ask"]


def test_an_empty_automatic_answer_gets_none(scene: Scene) -> None:
    scene.take(scene.mail("", head="Auto-Submitted: auto-replied\r\n" + PROVEN))
    assert scene.answers() == []


def test_the_answer_to_a_comment_says_that_the_next_one_gets_none(scene: Scene) -> None:
    scene.take(scene.mail("Called Pat, she is fine with Friday."))
    assert "answered once a day" in scene.answers()[0].facts["ask"]


def test_an_answer_to_a_command_says_nothing_of_it(scene: Scene) -> None:
    scene.take(scene.mail("ack"))
    assert scene.answers()[0].facts["ask"] is None


def test_the_last_confirm_of_the_hour_says_so(scene: Scene) -> None:
    for n in range(scene.ctx.policy.commands.answers_per_hour + 2):
        scene.take(scene.mail(f"resolve: done {n}"))
    confirms = scene.notices(NoticeKind.CONFIRM)
    assert [n for n, c in enumerate(confirms) if c.facts["ask"]] == [len(confirms) - 1]
    assert "last answer for this hour" in confirms[-1].facts["ask"]


def test_the_confirm_of_an_unproved_command_says_that_more_of_them_wait(scene: Scene) -> None:
    scene.take(scene.mail("ack", head=""))
    assert "Until you confirm" in scene.notices(NoticeKind.CONFIRM)[0].facts["ask"]


def test_a_backfill_obeys_and_mails_nobody(scene: Scene) -> None:
    quiet = replace(scene, ctx=replace(scene.ctx, silent=True))
    quiet.take(scene.mail("priority high\nresolve: x"))
    quiet.take(scene.mail("ack", sender="pat@customer.example"))
    assert scene.notices() == []
