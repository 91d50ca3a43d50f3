"""The answer to a reply: one per mail, complete, to the person's registered address, and never when all is quiet."""

from dataclasses import replace

from config.words import NoticeKind
from tests.security.scene import Scene


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


def test_a_backfill_obeys_and_mails_nobody(scene: Scene) -> None:
    quiet = replace(scene, ctx=replace(scene.ctx, silent=True))
    quiet.take(scene.mail("priority high\nresolve: x"))
    quiet.take(scene.mail("ack", sender="pat@customer.example"))
    assert scene.notices() == []
