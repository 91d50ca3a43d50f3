"""Attack A42: nothing of an escalation that a person may not see is in any mail to that person, by whatever road."""

import pytest

from alerts.digest import open_due_digests
from config.words import Channel, NoticeKind, NoticeState
from store.audit import Change, record
from store.outbox import Notice
from store.people import Account, Team
from store.record import Escalation, Participant
from tests.alerts.scene import CONTEXT, Scene, evidence
from tests.alerts.sink import Sink

CANARY = "kanarienvogel"


@pytest.fixture
def hidden(scene: Scene) -> int:
    """An escalation of another team, full of canaries, with news of today."""
    account = Account(name=f"{CANARY} AG", created_at=scene.now)
    team = Team(name="Elsewhere")
    scene.change(lambda s: s.add_all([account, team]))
    made = Escalation(title=CANARY, account_id=account.id, team_id=team.id, risk="critical", next_step=CANARY,
                      opened_at=scene.now, opened_why=CANARY, changed_at=scene.now)  # fmt: skip
    scene.change(lambda s: s.add(made))
    change = Change(f"ESC-{made.id}", scene.now, "x", Channel.CLI, "next_step", to_value=CANARY)
    scene.change(lambda s: record(s, change))
    return made.id


def _mails(scene: Scene, sink: Sink) -> str:
    """All that Omar gets, with a change he may see beside it."""
    seen = Change(f"ESC-{scene.esc}", scene.now, "x", Channel.CLI, "state", "open", "resolved")
    scene.change(lambda s: record(s, seen))
    scene.update(Escalation, scene.esc, changed_at=scene.now)
    scene.change(lambda s: open_due_digests(s, CONTEXT, scene.now))
    scene.drain(sink)
    mails = sink.to("omar@us.example")
    assert mails
    return "".join(str(t.message["Subject"]) + t.text + t.html for t in mails).lower()


@pytest.mark.parametrize("kind", [k for k in NoticeKind if k is not NoticeKind.DIGEST])
def test_a_queued_notice_of_any_kind_shows_nothing(scene: Scene, sink: Sink, hidden: int, kind: NoticeKind) -> None:
    proof = evidence(scene.now, CANARY, CANARY)
    scene.post(kind, escalation_id=hidden, evidence=(proof,), facts={"text": CANARY, "headline": CANARY})
    text = _mails(scene, sink)
    assert CANARY not in text
    assert f"esc-{hidden}" not in text


def test_an_alert_held_for_the_digest_shows_nothing(scene: Scene, sink: Sink, hidden: int) -> None:
    number = scene.post(escalation_id=hidden, evidence=(evidence(scene.now, CANARY),))
    scene.update(Notice, number, state=NoticeState.HELD)
    assert CANARY not in _mails(scene, sink)


def test_who_may_see_it_does_see_it(scene: Scene, sink: Sink, hidden: int) -> None:
    joined = Participant(escalation_id=hidden, person_id=scene.omar, added_at=scene.now, why="x")
    scene.change(lambda s: s.add(joined))
    assert CANARY in _mails(scene, sink)
