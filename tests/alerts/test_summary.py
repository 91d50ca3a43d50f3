"""A hand-over's mail tells what somebody must know who takes an escalation over."""

from datetime import timedelta

from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.mail import Attachment, Conversation
from store.people import Contact
from store.record import Comment
from store.risk import FindingRow, Promise
from store.tasks import ActionItem
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink, Taken
from tests.workflow.letters import letter


def _fill(session: Session, scene: Scene) -> None:
    """A thread with a promise, a finding, a file and a task."""
    at = scene.now - timedelta(days=1)
    thread = Conversation(
        subject="Line 2", account_id=scene.account, escalation_id=scene.esc, first_at=at, last_at=at
    )  # fmt: skip
    session.add(thread)
    session.flush()
    mail = letter(session, thread, "We have asked three times.", at, subject="Line 2")
    session.add_all(
        [
            Attachment(
                message_id=mail.id, position=1, sha256=b"x" * 32, name="trace.log", content_type="text/plain", size=5
            ),
            Contact(account_id=scene.account, email="ines@norvik.example", name="Ines Dahl", title="Plant manager"),
            Promise(
                conversation_id=thread.id, message_id=mail.id, start=0, end=9, quote="The report comes on Tuesday.",
                kind="firm", state="missed", due_at=scene.now - timedelta(hours=2), assumed=False,
                made_by="lena@us.example", made_at=at,
            ),
            FindingRow(
                conversation_id=thread.id, signal="repeated_follow_up", level=2, from_level=0, strength=0.5,
                contribution=0.4, rule_id="r", lexicon_version="1", message_id=mail.id, start=0, end=26,
                quote="We have asked three times.", features={}, clears_when="we answer", found_at=at,
                last_evidence_at=at,
            ),
            ActionItem(
                escalation_id=scene.esc, n=1, text="Send the spare part", assignee_id=scene.lena,
                due_at=scene.now - timedelta(hours=1), source="hand", made_at=at, changed_at=at,
            ),
            Comment(escalation_id=scene.esc, person_id=scene.lena, at=at, text="Ring before nine.", channel="mail"),
        ]
    )  # fmt: skip


def _handed_over(scene: Scene, sink: Sink, text: str = "") -> Taken:
    scene.post(NoticeKind.HANDOVER, facts={"by": "lena@us.example", "text": text}, evidence=())
    scene.drain(sink)
    assert len(sink.taken) == 1
    return sink.taken[0]


def test_the_summary_tells_all_that_matters(scene: Scene, sink: Sink) -> None:
    scene.change(lambda session: _fill(session, scene))
    read = " ".join(_handed_over(scene, sink, "Please ring them.").text.split())
    assert read.startswith(f"Lena Vogt hands ESC-{scene.esc} (Norvik Pumps) over to you.")
    for told in (
        "Please ring them.",
        "WHAT HAPPENED",
        "Asked again: “We have asked three times.”",
        "Missed: “The report comes on Tuesday.” (Lena Vogt, due Wed 6 May, 08:30)",
        "Action 1: Send the spare part (Lena Vogt), by Wed 6 May, 09:30, overdue",
        "WHY THE RISK IS HIGH",
        "Settled when we answer",
        "Ines Dahl, Plant manager: 1 mail",
        "Lena Vogt, Tue 5 May, 10:30: Ring before nine.",
        "trace.log (5 bytes, Ines Dahl, Tue 5 May, 10:30)",
    ):
        assert told in read


def test_an_empty_record_has_no_empty_headings(scene: Scene, sink: Sink) -> None:
    text = _handed_over(scene, sink).text
    assert "WHAT WE PROMISED" not in text
    assert "FILES" not in text
    assert "No next step is written down" in text


def test_a_long_story_is_told_by_its_beginning_and_its_end(scene: Scene, sink: Sink) -> None:
    def busy(session: Session) -> None:
        for n in range(30):
            session.add(
                Comment(escalation_id=scene.esc, person_id=scene.lena, at=scene.now, text=f"note {n}", channel="mail")
            )

    scene.change(busy)
    text = _handed_over(scene, sink).text
    assert "and 10 older" in text
    assert "note 29" in text
