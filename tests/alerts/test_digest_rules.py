"""An admin's digest tells how often people called a rule right, when somebody did since the last one."""

import re
from datetime import timedelta

from sqlalchemy import text

from alerts.digest import open_due_digests
from config.words import Channel
from store.audit import Change, record
from store.record import Escalation
from tests.alerts.scene import CONTEXT, Scene
from tests.alerts.sink import Sink

HOUR = timedelta(hours=1)
JUDGED = """
    WITH raw AS (INSERT INTO raw_mail (sha256, body, size, received_at, kept_at, state)
                 VALUES ('x', 'x', 1, :at, :at, 'parsed') RETURNING id),
         con AS (INSERT INTO conversation (subject, first_at, last_at, escalation_id)
                 VALUES ('Pump', :at, :at, :esc) RETURNING id),
         mes AS (INSERT INTO message (conversation_id, raw_mail_id, content_key, message_id, message_id_hash, kind,
                                      direction, from_address, from_name, to_addresses, cc_addresses, subject, sent_at,
                                      received_at, new_text, reading, reading_version)
                 SELECT con.id, raw.id, 'k', '<m@x>', 'h', 'customer', 'in', 'a@x.example', 'A', '{}', '{}', 'Pump',
                        :at, :at, 'text', '{}', '1' FROM con, raw RETURNING id, conversation_id),
         fin AS (INSERT INTO finding (conversation_id, signal, level, from_level, strength, contribution, rule_id,
                                      lexicon_version, message_id, start, "end", quote, features, clears_when, found_at,
                                      last_evidence_at)
                 SELECT conversation_id, 'deadline', 2, 0, 0.5, 0.1, 'r', '1', id, 0, 4, 'text', '{}', 'so', :at, :at
                 FROM mes RETURNING id)
    INSERT INTO feedback (escalation_id, finding_id, person_id, at, useful, why)
    SELECT :esc, fin.id, person.id, :at, person.id <> :no, 'why' FROM fin, person WHERE person.id IN (:yes, :no)
"""


def _told(scene: Scene, sink: Sink, who: str, before: timedelta) -> str:
    """The digest of a day on which a state changed and, some time `before`, two people judged a finding."""
    values = {"at": scene.now - before, "esc": scene.esc, "yes": scene.lena, "no": scene.omar}
    scene.change(lambda s: s.execute(text(JUDGED), values))
    change = Change(
        f"ESC-{scene.esc}", scene.now - HOUR, "lena@us.example", Channel.MAIL, "state", "open", "in_progress"
    )
    scene.change(lambda s: record(s, change))
    scene.update(Escalation, scene.esc, changed_at=scene.now - HOUR)
    with scene.store.transaction() as session:
        open_due_digests(session, CONTEXT, scene.now)
    scene.drain(sink)
    (mail,) = (t for t in sink.to(who) if "digest" in str(t.message["Subject"]))
    return re.sub(r"\s+", " ", mail.text)


def test_an_admin_is_told_of_rules_that_were_judged(scene: Scene, sink: Sink) -> None:
    told = _told(scene, sink, "ada@us.example", HOUR)
    assert "“Deadline” was judged: 1 useful, 1 noise in 90 days (50% useful; smokewatch rules)." in told


def test_verdicts_told_before_are_not_told_again(scene: Scene, sink: Sink) -> None:
    assert "was judged" not in _told(scene, sink, "ada@us.example", timedelta(days=2))


def test_a_manager_is_not_told_of_rules(scene: Scene, sink: Sink) -> None:
    assert "was judged" not in _told(scene, sink, "omar@us.example", HOUR)
