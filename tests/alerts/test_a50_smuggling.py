"""Attack A50: text that tries to end the mail and start another arrives as one mail."""

import pytest

from tests.alerts.scene import Scene, evidence
from tests.alerts.sink import Sink

SECOND = "MAIL FROM:<a@x.example>{0}RCPT TO:<v@x.example>{0}DATA{0}Subject: forged{0}{0}hello{0}.{0}"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n", "\n\r", "\x85", "\u2028", "\x0b"])
def test_one_mail_arrives(scene: Scene, sink: Sink, end: str) -> None:
    bait = f"x{end}.{end}" + SECOND.format(end)
    scene.post(evidence=(evidence(scene.now, bait, bait),), why=bait, facts={"from": bait, "to": bait})
    scene.drain(sink)
    assert sink.recipients == ["omar@us.example"]
    assert sink.taken[0].raw.count(b"\n") == sink.taken[0].raw.count(b"\r\n") == sink.taken[0].raw.count(b"\r")


def test_lines_that_start_with_a_dot_keep_it(scene: Scene, sink: Sink) -> None:
    scene.post(why=".hidden\n..twice")
    scene.drain(sink)
    assert ".hidden ..twice" in " ".join(sink.taken[0].text.split())
