"""Everything we send is marked so that no robot answers it, and has addresses only its reader can use (A20 to A22)."""

from config.words import NoticeKind
from store import tokens
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink, Taken


def _send(scene: Scene, sink: Sink) -> Taken:
    scene.post()
    scene.drain(sink)
    return sink.taken[0]


def test_every_alert_is_marked_as_automatic(scene: Scene, sink: Sink) -> None:
    message = _send(scene, sink).message
    marks = {
        name: str(message[name]) for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop")
    }
    assert marks == {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "X-Loop": "instance-7",
    }
    assert message["List-Id"] == "Smokewatch <smokewatch.us.example>"


def test_the_reply_address_is_bound_to_the_reader_and_the_escalation(scene: Scene, sink: Sink) -> None:
    address = _send(scene, sink).message["Reply-To"].addresses[0].addr_spec
    token = address.partition("+")[2].partition("@")[0]
    with scene.store.transaction() as session:
        claim = tokens.check(session, token, scene.now)
    assert isinstance(claim, tokens.Claim)
    assert (claim.person_id, claim.escalation_id, claim.purpose) == (scene.omar, scene.esc, "reply")


def test_the_return_path_names_the_notice(scene: Scene, sink: Sink) -> None:
    token = _send(scene, sink).sender.partition("+")[2].partition("@")[0]
    with scene.store.transaction() as session:
        assert tokens.check_bounce(session, token, scene.now) == scene.notices(NoticeKind.RISK_UP)[0].id


def test_one_recipient_per_mail(scene: Scene, sink: Sink) -> None:
    taken = _send(scene, sink)
    assert [a.addr_spec for a in taken.message["To"].addresses] == [taken.recipient]
    assert taken.message["Cc"] is None


def test_links_carry_the_readers_own_address(scene: Scene, sink: Sink) -> None:
    taken = _send(scene, sink)
    address = taken.message["Reply-To"].addresses[0].addr_spec
    assert f"mailto:{address.replace('+', '%2B')}?subject=" in taken.html
    assert "body=ack" in taken.html
