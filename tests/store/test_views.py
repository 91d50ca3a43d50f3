"""The view of an escalation holds what people are shown, read fresh, and is plain JSON."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from config.fields import load_fields
from config.recordwords import AnchorKind, Target
from store.views import escalation_view
from tests.workflow.desk import Desk
from tests.workflow.findings import add_finding
from tests.workflow.pieces import anchor
from workflow.documents import File, Place, attach_file


def test_it_holds_the_whole_record(desk: Desk) -> None:
    desk.says("ack\nnext: call them by Friday 5pm\nnote: hello @stan\npromise tomorrow: the log")
    view = escalation_view(desk.session, desk.esc.id, desk.now)
    assert (view.number, view.account, view.team, view.state) == (desk.esc.number, "Norvik", "support", "acknowledged")
    assert view.owner is not None
    assert (view.owner.handle, [p.handle for p in view.participants]) == ("lena.vogt", ["lena.vogt", "stan.kowal"])
    assert ([c.text for c in view.comments], [p.quote for p in view.open_promises]) == (["hello @stan"], ["the log"])


def test_it_tells_the_timeline_in_order(desk: Desk) -> None:
    desk.says("ack\nsev 1")
    changes = escalation_view(desk.session, desk.esc.id, desk.now).timeline
    assert [change.action for change in changes] == ["opened", "participant", "state", "path"]


def test_live_findings_come_with_their_proof(desk: Desk) -> None:
    add_finding(desk, "tone")
    finding = escalation_view(desk.session, desk.esc.id, desk.now).findings[0]
    assert (finding.signal, finding.quote, finding.author, finding.clears_when) == (
        "tone",
        "proof",
        "Ines Dahl",
        "they say so",
    )


def test_conversations_are_counted(desk: Desk) -> None:
    add_finding(desk, "tone")
    conversation = escalation_view(desk.session, desk.esc.id, desk.now).conversations[0]
    assert (conversation.subject, conversation.messages) == ("Pump stands", 1)


def test_a_next_step_past_its_time_is_overdue(desk: Desk) -> None:
    desk.says("next: call them by today 5pm")
    views = [escalation_view(desk.session, desk.esc.id, desk.now + timedelta(days=d)) for d in (0, 1)]
    assert [view.next_step_overdue for view in views] == [False, True]


def test_it_is_plain_json(desk: Desk) -> None:
    desk.says("ack\nnote: hello\npromise tomorrow: the log")
    add_finding(desk, "tone")
    plain = escalation_view(desk.session, desk.esc.id, desk.now).to_json()
    assert json.loads(json.dumps(plain)) == plain


def test_a_number_that_is_none(desk: Desk) -> None:
    with pytest.raises(LookupError, match="ESC-999999"):
        escalation_view(desk.session, 999_999, desk.now)


def test_the_view_has_fields_links_anchor_and_files(desk: Desk) -> None:
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says("users 300\nlink https://wiki.example/p\nsteps: swap it\nanchor deal D-7")
    attach_file(desk.session, desk.by(), Place(Target.ESCALATION, desk.esc.id, desk.esc), File("a.txt", "a/b", b"x"))
    view = escalation_view(desk.session, desk.esc.id, desk.now)
    assert (view.affected_users, view.links, view.steps_to_resolve) == (300, ("https://wiki.example/p",), "swap it")
    assert view.anchor is not None
    assert (view.anchor.name, [(file.name, file.size, file.by) for file in view.files]) == (
        deal.name, [("a.txt", 1, "Lena Vogt")],
    )  # fmt: skip


def test_the_owner_alone_has_the_badge(desk: Desk) -> None:
    desk.says("note: @bob look")
    view = escalation_view(desk.session, desk.esc.id, desk.now)
    assert {person.handle: person.is_owner for person in view.participants} == {"lena.vogt": True, "bob.stone": False}


def test_the_impact_goes_by_the_installations_own_weights(desk: Desk, tmp_path: Path) -> None:
    own = tmp_path / "fields.toml"
    own.write_text("[impact]\nweights = { tier = 0, arr = 0, users = 0, category = 100 }\n")
    assert escalation_view(desk.session, desk.esc.id, desk.now, load_fields(own)).impact.score == 100
