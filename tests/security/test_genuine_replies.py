"""Genuine replies are obeyed, whatever program wrote them: no check may be passed by refusing everybody."""

from itertools import product

import pytest
from sqlalchemy import select

from config.words import NoticeKind
from ingest.replies.reply import Done
from store.record import Comment
from tests.security.mailprograms import ENCODINGS, FORMS, PROGRAMS, Letter, compose
from tests.security.scene import DANA, PROVEN, Scene

RUN = {
    "ack": ["ack"],
    "Ack.": ["Ack."],
    "own": ["own"],
    "priority high": ["priority high"],
    "note: Pat is calm, we call at five": ["note: Pat is calm, we call at five"],
    "next: call Pat by Friday 5pm": ["next: call Pat by Friday 5pm"],
    "assign @bob": ["assign @bob"],
    "sev 1": ["sev 1"],
    "snooze 2d": ["snooze 2d"],
    "status": ["status"],
    "own\nack\npriority high": ["own", "ack", "priority high"],
    "Hi,\n\nack\nnext: r\u00fcckruf bei M\u00fcller\n\nI called Pat; he is fine.": [
        "ack",
        "next: r\u00fcckruf bei M\u00fcller",
    ],
}
WAIT = ["resolve: replaced the cable", "close\nroot cause: cable\nresolution: replaced it"]
SIGNATURES = ("", "Dana Lee\nHead of Support, Acme\n+44 20 7946 0000")
SHAPES = [
    (program, form, ENCODINGS[(p + f) % len(ENCODINGS)])
    for (p, program), (f, form) in product(enumerate(PROGRAMS), enumerate(FORMS))
]


def reply(scene: Scene, shape: tuple[str, str, str], letter: Letter) -> bytes:
    program, form, encoding = shape
    head = f'{PROVEN}From: "Lee, Dana" <{DANA}>\r\nTo: Smokewatch <{scene.address()}>\r\n'
    return compose(PROGRAMS[program](letter), head, scene.now, form, encoding)


def test_there_are_more_than_two_hundred() -> None:
    assert len(SHAPES) * len(RUN) > 200


@pytest.mark.parametrize("shape", SHAPES, ids="-".join)
def test_every_program_is_obeyed_in_every_form(scene: Scene, shape: tuple[str, str, str]) -> None:
    for n, (words, lines) in enumerate(RUN.items()):
        savepoint = scene.session.begin_nested()
        outcome = scene.take(reply(scene, shape, Letter(words, SIGNATURES[n % 2])))
        answer = scene.notices(NoticeKind.ANSWER)[-1].facts
        savepoint.rollback()
        assert outcome.done is Done.ANSWERED, words
        assert [(line["line"], line["ok"]) for line in answer["lines"]] == [(x, True) for x in lines]


@pytest.mark.parametrize("words", WAIT)
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_needs_a_confirm_is_asked_and_the_answer_obeyed(scene: Scene, program: str, words: str) -> None:
    shape = (program, "both", "base64")
    assert scene.take(reply(scene, shape, Letter(words))).done is Done.CONFIRM_ASKED
    head = f"{PROVEN}From: {DANA}\r\nTo: {scene.confirm_address()}\r\n"
    scene.take(compose(PROGRAMS[program](Letter("Yes")), head, scene.now))
    scene.record()
    assert scene.esc.state == ("closed" if words.startswith("close") else "resolved")


@pytest.mark.parametrize("shape", SHAPES, ids="-".join)
def test_what_is_quoted_is_neither_obeyed_nor_kept_as_a_comment(scene: Scene, shape: tuple[str, str, str]) -> None:
    words = "I called Pat, he is calm again."
    scene.take(reply(scene, shape, Letter(words, SIGNATURES[1])))
    scene.record()
    assert (scene.esc.state, scene.esc.owner_id, scene.esc.priority) == ("open", None, "medium")
    kept = scene.session.scalars(select(Comment.text)).one()
    assert kept.startswith(words)
    assert [word for word in ("Pat Doe", "priority", "Smokewatch", "wrote") if word in kept] == []
