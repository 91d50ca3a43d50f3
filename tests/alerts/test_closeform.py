"""The closeout's form in an answer: readable on a phone, one tap away where it fits, and read back as it came."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from alerts.answers import LONGEST_LINK, fill_in
from config.closeouts import load_closeouts
from config.words import NoticeKind
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink
from workflow.closeform import Form, Heading, _form
from workflow.closeout import PARTS
from workflow.grammar import parse_block

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
REPLY_TO = "reply+" + "a" * 40 + "@in.us.example"


def _made(kind: str = "default", drafts: dict[str, str] | None = None) -> Form:
    prompts = load_closeouts().of(kind)
    asked = {part: getattr(prompts, part) for part in PARTS}
    known = (Heading("Who", ("Lena Vogt (owner), Bob Stone",)), Heading("What we promised", ("kept: “the report”",)))
    return Form(("root cause:",), known, _form(asked, drafts or {}), _form(asked, {}))


def _sent(scene: Scene, sink: Sink, form: Form) -> Any:
    lines = [{"line": "close", "outcome": "I still need `root cause:`.", "ok": False}]
    facts = {"lines": lines, "comment_added": False, "undo": None, "ask": None, "form": form.to_json()}
    scene.post(NoticeKind.ANSWER, facts=facts, evidence=())
    scene.drain(sink)
    return sink.taken[-1]


def test_every_shipped_form_fits_into_a_link() -> None:
    for kind in load_closeouts().by_type:
        assert (
            fill_in(_made(kind).to_json(), REPLY_TO, "[ESC-1] Norvik Pumps and Controllers International") is not None
        )


def test_a_form_that_is_too_long_gets_no_link_and_stands_in_the_mail(scene: Scene, sink: Sink) -> None:
    form = _made()
    long = Form(form.missing, form.known, form.text, form.short + "x" * LONGEST_LINK)
    taken = _sent(scene, sink, long)
    assert "Fill in the closeout" not in taken.html
    assert "root cause:" in taken.text


def test_what_the_link_fills_in_is_read_as_no_answer_until_it_is_filled_in() -> None:
    answer = fill_in(_made().to_json(), REPLY_TO, "x")
    assert answer is not None
    body = parse_qs(urlsplit(answer.href).query)["body"][0]
    assert "\r\n" in body
    block = parse_block(body, NOW, "UTC")
    assert [(c.verb, c.args) for c in block.commands] == [("close", {})]
    assert (block.unknown, block.comment) == ((), "")


def test_the_form_in_the_mail_is_read_back_as_it_was_wrapped(scene: Scene, sink: Sink) -> None:
    text = _sent(scene, sink, _made(drafts={"resolution": "replaced the cable"})).text
    form = text[text.rindex("  close\n") : text.rindex("ESC-")]
    block = parse_block(form, NOW, "UTC")
    assert [(c.verb, c.args) for c in block.commands] == [("close", {"resolution": "replaced the cable"})]
    assert block.unknown == ()


def test_what_the_record_knows_is_in_both_bodies(scene: Scene, sink: Sink) -> None:
    taken = _sent(scene, sink, _made())
    for body in (taken.text, taken.html):
        assert "Lena Vogt (owner), Bob Stone" in body
        assert "kept: “the report”" in body
    assert "Fill in the closeout" in taken.html


def test_it_says_first_that_it_is_not_closed_yet(scene: Scene, sink: Sink) -> None:
    taken = _sent(scene, sink, _made())
    assert str(taken.message["Subject"]) == f"[ESC-{scene.esc}] Norvik Pumps: the closeout to fill in"
    assert f"ESC-{scene.esc} is not closed yet: the root cause is still to be written." in " ".join(taken.text.split())


def test_an_action_item_can_be_answered_with_its_number(scene: Scene, sink: Sink) -> None:
    items = [{"number": f"ESC-{scene.esc}", "n": 3, "text": "send the report", "due": "2026-05-08T15:00:00+00:00"}]
    scene.post(NoticeKind.ACTION_ITEM, facts={"by": "lena@us.example", "items": items}, evidence=())
    scene.drain(sink)
    text = sink.taken[0].text
    assert "Lena Vogt has given you an action item" in text
    assert "done 3" in text
    assert "due Fri 8 May, 17:00" in text


def test_many_at_once_are_one_mail_that_counts_them(scene: Scene, sink: Sink) -> None:
    items = [{"number": "ESC-1", "n": 3, "text": "send the report", "due": None}]
    facts = {"by": "ada@us.example", "items": items, "more": 41}
    scene.post(NoticeKind.ACTION_ITEM, facts=facts, evidence=(), escalation_id=None)
    scene.drain(sink)
    taken = sink.taken[0]
    assert str(taken.message["Subject"]) == "42 action items for you"
    assert "ESC-1, item 3, no day is set" in taken.text
    assert "and 41 more" in taken.text
