"""Every kind of mail reads well on a phone and in a terminal, and fetches and runs nothing, whatever it quotes."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from config.words import NoticeKind
from store.people import Account, Contact
from store.record import Escalation
from tests.alerts.scene import Scene, evidence
from tests.alerts.sink import Sink, Taken

POISON = (
    "<script>alert(1)</script><img src=http://evil.example/p.png onerror=x()> {{ 7*7 }} {% raw %} "
    "\u202e \x1b[31m \x00 \u2028 =?utf-8?q?x?= " + "w" * 300 + " 漢字" * 60
)
FACTS: dict[NoticeKind, dict[str, object]] = {
    NoticeKind.NEW_ESCALATION: {"from": "low", "to": "high"},
    NoticeKind.RISK_UP: {"from": "low", "to": "high"},
    NoticeKind.PROMISE_DUE: {"due": "2026-05-06T12:00:00+00:00", "quote": "by noon"},
    NoticeKind.PROMISE_MISSED: {"due": None, "quote": "by noon"},
    NoticeKind.NO_ANSWER: {"since": "2026-05-05T12:00:00+00:00", "waiting_business_hours": 8.5},
    NoticeKind.EXECUTIVE_JOINED: {"who": "Jane Roe", "title": "COO", "added_by": "Ines Dahl"},
    NoticeKind.OWNER_CHANGED: {"from": None, "to": "omar@us.example", "by": "lena@us.example"},
    NoticeKind.MENTION: {"text": "look\nhere", "by": "lena@us.example"},
    NoticeKind.ACTION_ITEM: {
        "by": "lena@us.example",
        "items": [{"number": "ESC-1", "n": 3, "text": "send the report", "due": "2026-05-08T15:00:00+00:00"}],
    },
    NoticeKind.HANDOVER: {"text": "look\nhere", "by": "lena@us.example"},
    NoticeKind.ANSWER: {
        "lines": [
            {"line": "ack", "outcome": "Acknowledged.", "ok": True, "corrected_from": "akc"},
            {"line": "close", "outcome": "The root cause is missing.", "ok": False},
        ],
        "comment_added": True, "undo": "Answer with undo.", "ask": "Which one?", "in_reply_to": None,
    },
    NoticeKind.CONFIRM: {
        "lines": ["close"], "expires_at": "2026-05-07T08:30:00+00:00", "pending_id": 1, "changed": ["Omar took it"],
    },
    NoticeKind.QUIET: {"scope": "person", "cap": 3, "because": "more than 3 mails to you within an hour"},
    NoticeKind.INCIDENT: {
        "name": "error 307", "customers": 4, "since": "2026-05-04T08:00:00+00:00", "others": 3,
        "found": [{"about": "Norvik", "subject": "Error 307", "at": "2026-05-04T08:00:00+00:00"}],
    },
    NoticeKind.SHADOW: {
        "rule": "tone", "count": 2, "since": "2026-04-27T08:00:00+00:00", "seen": 3,
        "found": [{"about": "Norvik", "level": "raised", "quote": "We are done.", "at": "2026-05-04T08:00:00+00:00"}],
    },
    NoticeKind.DUTY_OVERDUE: {
        "playbook": "Sev 1", "risk": "Until they are done, the risk stays high.", "tell": "at_once",
        "duties": [
            {"id": 1, "n": 2, "text": "Set up the channels", "due": "2026-05-05T12:00:00+00:00"},
            {"id": 2, "n": 3, "text": "Name the stakeholders", "due": "2026-05-05T12:00:00+00:00"},
        ],
    },
    NoticeKind.ANSWER_DUE: {
        "share": 75, "since": "2026-05-05T08:00:00+00:00", "due": "2026-05-07T08:00:00+00:00", "next": "Omar Haddad",
    },
    NoticeKind.CLIMBED: {
        "rung": "manager", "due": "2026-05-07T08:00:00+00:00", "opened": "2026-05-04T08:00:00+00:00",
        "asked": [
            {"name": "Lena Vogt", "rung": "frontline", "since": "2026-05-04T08:00:00+00:00", "hours": 40.0},
        ],
    },
    NoticeKind.STAND_IN: {
        "who": "Lena Vogt", "until": "2026-05-15T15:30:00+00:00", "more": 2,
        "escalations": [{"number": "ESC-1", "about": "Norvik", "standing": "open, risk high", "next": "call them"}],
    },
    NoticeKind.ADMIN: {"headline": "Something broke.", "lines": ["it"], "todo": "Mend it."},
}  # fmt: skip


class _Tags(HTMLParser):
    """Collects tags and attributes, and that every opened tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _poisoned(value: object) -> object:
    if isinstance(value, str) and not value.startswith("2026"):
        return value + POISON
    if isinstance(value, list):
        return [_poisoned(each) for each in value]
    if isinstance(value, dict):
        return {key: _poisoned(each) for key, each in value.items()}
    return value


def _send(scene: Scene, sink: Sink, kind: NoticeKind, *, poison: bool) -> Taken:
    facts = FACTS[kind]
    proof = evidence(scene.now)
    if poison:
        facts = {key: _poisoned(value) for key, value in facts.items()}
        proof = evidence(scene.now, POISON.replace("\0", ""), POISON.replace("\0", ""))
        clean = POISON.replace("\0", "")
        scene.update(Escalation, scene.esc, title=clean, next_step=clean, waiting_on=clean)
        scene.update(Account, scene.account, name=clean)
    facts = {key: _storable(value) for key, value in facts.items()}
    scene.post(kind, facts=facts, evidence=(proof,))
    scene.drain(sink)
    assert len(sink.taken) == 1
    return sink.taken[0]


def _storable(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {key: _storable(each) for key, each in value.items()}
    return value


@pytest.mark.parametrize("poison", [False, True])
@pytest.mark.parametrize("kind", list(FACTS))
def test_no_text_line_is_longer_than_72_characters(scene: Scene, sink: Sink, kind: NoticeKind, poison: bool) -> None:
    text = _send(scene, sink, kind, poison=poison).text
    assert max(map(len, text.splitlines())) <= 72
    assert "\n\n\n" not in text


@pytest.mark.parametrize("poison", [False, True])
@pytest.mark.parametrize("kind", list(FACTS))
def test_html_is_whole_and_fetches_nothing(scene: Scene, sink: Sink, kind: NoticeKind, poison: bool) -> None:
    html = _send(scene, sink, kind, poison=poison).html
    tags = _Tags(html)
    assert tags.open == []
    assert {tag for tag, _ in tags.seen}.isdisjoint({"script", "img", "iframe", "link", "object", "form", "svg"})
    hrefs = [str(attrs["href"]) for tag, attrs in tags.seen if tag == "a"]
    assert all(href.startswith(("mailto:reply+", "mailto:reply%2B")) for href in hrefs)
    assert not any(name.startswith("on") or name == "src" for _, attrs in tags.seen for name in attrs)
    assert not re.search(r"url\(|@import", html)


@pytest.mark.parametrize("kind", list(FACTS))
def test_the_first_line_is_the_sentence_that_counts(scene: Scene, sink: Sink, kind: NoticeKind) -> None:
    taken = _send(scene, sink, kind, poison=False)
    first = " ".join(taken.text.split("\n\n")[0].split())
    assert first.endswith(".")
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", taken.html, re.DOTALL)
    assert heading is not None
    assert unescape(heading[1]) == first


@pytest.mark.parametrize(
    "kind", [k for k in FACTS if k not in (NoticeKind.QUIET, NoticeKind.ADMIN, NoticeKind.SHADOW, NoticeKind.INCIDENT)]
)
def test_every_mail_on_an_escalation_shows_how_it_stands(scene: Scene, sink: Sink, kind: NoticeKind) -> None:
    text = _send(scene, sink, kind, poison=False).text
    assert f"ESC-{scene.esc} NOW" in text
    assert all(f"  {label} " in text for label in ("State", "Risk", "Owner", "Next step"))
    assert str(sink.taken[0].message["Subject"]).startswith(f"[ESC-{scene.esc}] ")


def test_an_answer_names_each_line_its_outcome_and_the_correction(scene: Scene, sink: Sink) -> None:
    text = _send(scene, sink, NoticeKind.ANSWER, poison=False).text
    assert "[ok]  ack" in text
    assert "[no]  close" in text
    assert "I read “akc” as “ack”." in text
    assert "Answer with undo." in text


def test_template_syntax_in_mail_is_only_text(scene: Scene, sink: Sink) -> None:
    assert "{{ 7*7 }}" in _send(scene, sink, NoticeKind.MENTION, poison=True).text


def test_an_executive_known_by_address_is_called_by_name(scene: Scene, sink: Sink) -> None:
    jane = Contact(account_id=scene.account, email="jane@norvik.example", name="Jane Roe")
    scene.change(lambda s: s.add(jane))
    scene.post(NoticeKind.EXECUTIVE_JOINED, facts={"address": "jane@norvik.example", "title": "COO"})
    scene.drain(sink)
    assert sink.taken[0].text.startswith("Jane Roe (COO) is on the thread with Norvik Pumps now.")


def test_an_executive_who_was_only_spoken_of_is_not_said_to_be_there(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.EXECUTIVE_JOINED, facts={})
    scene.drain(sink)
    assert sink.taken[0].text.startswith("Norvik Pumps has brought somebody senior into this.")


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, "because this change is hard to take back"),
        ({"unproved": True}, "because your mail did not prove beyond doubt that it came from you"),
        ({"changed": ["Omar took it"]}, "others changed the same thing after the alert you answered was written: Omar"),
    ],
)  # fmt: skip
def test_a_confirm_gives_the_one_reason_it_has(scene: Scene, sink: Sink, facts: dict[str, object], why: str) -> None:
    scene.post(NoticeKind.CONFIRM, facts={"lines": ["close"], "pending_id": 1, **facts})
    scene.drain(sink)
    (mail,) = sink.taken
    for text in (mail.text, unescape(re.sub(r"<[^>]+>", " ", mail.html))):
        read = " ".join(text.split())
        assert why in read
        assert read.count("You are asked once more because") == 1
