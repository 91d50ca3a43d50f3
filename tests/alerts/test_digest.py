"""One digest per person and local day: what changed, ordered by risk, under the rights of the moment it goes out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from alerts.context import AlertContext
from alerts.digest import open_due_digests
from config.words import Channel, NoticeKind, NoticeState
from store.audit import Change, record
from store.mail import RawMail
from store.outbox import DigestWindow
from store.people import Person, Team
from store.record import Escalation, Participant
from store.risk import Promise, PromiseEvent
from store.tasks import ActionItem
from tests.alerts.scene import CONTEXT, Scene, tuned
from tests.alerts.sink import Sink

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _open(scene: Scene, later: timedelta = timedelta(), ctx: AlertContext = CONTEXT) -> int:
    with scene.store.transaction() as session:
        return open_due_digests(session, ctx, scene.now + later)


def _change(scene: Scene, escalation: int = 0, before: timedelta = HOUR, **values: str) -> None:
    number, at = escalation or scene.esc, scene.now - before
    words: dict[str, Any] = {"action": "state", "from_value": "open", "to_value": "in_progress"} | values
    change = Change(f"ESC-{number}", at, "lena@us.example", Channel.MAIL, **words)
    scene.change(lambda s: record(s, change))
    scene.update(Escalation, number, changed_at=at)


def _another(scene: Scene, risk: str) -> int:
    made = Escalation(title=f"Other, {risk}", team_id=scene.team, risk=risk, opened_at=scene.now - DAY * 9,
                      opened_why="x", changed_at=scene.now - HOUR, owner_id=scene.lena)  # fmt: skip
    scene.change(lambda s: s.add(made))
    return made.id


def _promise(scene: Scene, due: datetime, state: str = "pending") -> int:
    made = Promise(
        escalation_id=scene.esc, start=0, end=9, quote="the firmware by five", kind="firm", state=state, due_at=due,
        grace_until=due, assumed=False, made_by="lena@us.example", made_at=scene.now - DAY,
    )  # fmt: skip
    scene.change(lambda s: s.add(made))
    return made.id


def _read(scene: Scene, sink: Sink, who: str = "omar@us.example") -> str:
    scene.drain(sink)
    mails = [t for t in sink.to(who) if "digest" in str(t.message["Subject"])]
    assert len(mails) == 1
    return " ".join(mails[0].text.split())


def test_a_day_without_news_makes_a_window_and_no_mail(scene: Scene) -> None:
    assert _open(scene) == 0
    with scene.store.transaction() as session:
        assert session.query(DigestWindow).count() == 2


def test_a_state_change_is_told_with_who_and_when(scene: Scene, sink: Sink) -> None:
    _change(scene)
    _open(scene)
    assert "State: open → in progress (Lena Vogt, Wed 6 May, 09:30)" in _read(scene, sink)


def test_duties_that_begin_and_end_with_the_path_make_no_digest(scene: Scene) -> None:
    _change(scene, action="duties begun", from_value="", to_value="3 of the Sev 2 playbook")
    _change(scene, action="duty done", from_value="", to_value="Weekly review call")
    assert _open(scene) == 0


def test_a_day_is_told_once(scene: Scene) -> None:
    _change(scene)
    assert [_open(scene), _open(scene), _open(scene, HOUR)] == [2, 0, 0]


def test_agents_get_no_digest(scene: Scene, sink: Sink) -> None:
    _change(scene)
    _open(scene)
    scene.drain(sink)
    assert sink.to("lena@us.example") == []


def test_an_agent_is_told_of_alerts_that_were_held_back(scene: Scene, sink: Sink) -> None:
    one = tuned(daily_budget=1)
    for number in range(3):
        scene.post(person=scene.lena, event=f"risk:{number}")
    scene.drain(sink, one)
    _open(scene, DAY, one)
    scene.drain(sink, one, later=DAY)
    told = [t for t in sink.to("lena@us.example") if "digest" in str(t.message["Subject"])]
    assert len(told) == 1
    assert "alerts to you were held back" in " ".join(told[0].text.split())


def test_nothing_is_opened_before_the_local_hour(scene: Scene) -> None:
    _change(scene, before=4 * HOUR)
    assert _open(scene, -timedelta(hours=2, minutes=31)) == 0
    assert _open(scene, -timedelta(hours=2, minutes=29)) == 2


def test_a_person_may_choose_the_hour(scene: Scene) -> None:
    _change(scene)
    scene.update(Person, scene.omar, preferences={"digest_hour": 11})
    assert _open(scene) == 1


def test_the_next_digest_starts_where_the_last_ended(scene: Scene) -> None:
    _change(scene)
    _open(scene)
    assert _open(scene, DAY) == 0


def test_riskier_escalations_come_first(scene: Scene, sink: Sink) -> None:
    low, critical = _another(scene, "low"), _another(scene, "critical")
    for number in (low, scene.esc, critical):
        _change(scene, number)
    _open(scene)
    text = _read(scene, sink)
    places = [text.index(f"ESC-{n} ") for n in (critical, scene.esc, low)]
    assert places == sorted(places)


def test_promises_due_today_and_missed_are_told(scene: Scene, sink: Sink) -> None:
    _promise(scene, scene.now + 3 * HOUR)
    missed = _promise(scene, scene.now - 2 * HOUR, "missed")
    _promise(scene, scene.now + 20 * HOUR)
    scene.change(lambda s: s.add(PromiseEvent(promise_id=missed, at=scene.now - HOUR, to_state="missed", why="x")))
    _open(scene)
    assert "1 promise missed and 1 promise due today" in _read(scene, sink)


def test_an_ended_snooze_is_told(scene: Scene, sink: Sink) -> None:
    scene.update(Participant, (scene.esc, scene.omar), snoozed_until=scene.now - HOUR)
    _open(scene)
    assert "Your snooze is over." in _read(scene, sink)


def test_what_was_over_the_budget_stands_in_the_digest(scene: Scene, sink: Sink) -> None:
    numbers = [scene.post() for _ in range(3)]
    scene.drain(sink, tuned(daily_budget=1))
    _open(scene)
    assert "2 alerts held back" in _read(scene, sink)
    assert [scene.notice(n).state for n in numbers] == [NoticeState.SENT, NoticeState.DROPPED, NoticeState.DROPPED]


def test_a_held_alert_is_told_in_one_digest_only(scene: Scene, sink: Sink) -> None:
    scene.post()
    scene.drain(sink, tuned(daily_budget=0))
    assert [_open(scene), _open(scene, DAY)] == [1, 0]


def test_an_unowned_escalation_is_named_beside_the_news(scene: Scene, sink: Sink) -> None:
    _change(scene, _another(scene, "low"))
    _open(scene)
    assert "Norvik Pumps: nobody owns it, risk high" in _read(scene, sink)


def test_an_admin_is_told_of_parked_mail_and_the_audit_root(scene: Scene, sink: Sink) -> None:
    parked = RawMail(sha256=b"x", body=b"x", size=1, received_at=scene.now, kept_at=scene.now - HOUR, state="parked")
    scene.change(lambda s: s.add(parked))
    _open(scene)
    text = _read(scene, sink, "ada@us.example")
    assert "1 mail is parked" in text
    assert "Audit root:" in text


def test_what_became_invisible_after_opening_is_not_told(scene: Scene, sink: Sink) -> None:
    _change(scene)
    _open(scene)
    other = Team(name="Elsewhere")
    scene.change(lambda s: s.add(other))
    scene.update(Person, scene.omar, team_id=other.id)
    scene.change(lambda s: s.delete(s.get_one(Participant, (scene.esc, scene.omar))))
    scene.drain(sink)
    assert sink.to("omar@us.example") == []
    assert scene.notices(NoticeKind.DIGEST)[0].state == NoticeState.DROPPED


def test_hidden_escalations_are_in_no_digest(scene: Scene, sink: Sink) -> None:
    other = Team(name="Elsewhere")
    scene.change(lambda s: s.add(other))
    hidden = _another(scene, "critical")
    scene.update(Escalation, hidden, team_id=other.id, title="Canary")
    _change(scene, hidden)
    _change(scene)
    _open(scene)
    text = _read(scene, sink)
    assert "Canary" not in text
    assert "1 escalation changed" in text


def test_poison_on_an_escalation_does_not_stop_the_digest(scene: Scene, sink: Sink) -> None:
    bait = "=?utf-8?q?x=0D=0ABcc:_v@x?= <script> {{ 7*7 }} \u202e\u2028\x1b" + "w" * 3000
    scene.update(Escalation, scene.esc, title=bait, account_id=None)
    _change(scene, reason=bait, to_value=bait, action="next_step")
    _open(scene)
    assert "<script>" in _read(scene, sink)
    assert "<script>" not in sink.to("omar@us.example")[0].html


def test_one_persons_broken_data_does_not_cost_the_others_their_digest(scene: Scene) -> None:
    _change(scene)
    scene.update(Person, scene.omar, preferences=["not", "a", "table"])
    assert _open(scene) == 1


@pytest.mark.parametrize(
    ("start", "hours"),
    [(datetime(2026, 3, 28, 22, tzinfo=UTC), 24), (datetime(2026, 10, 24, 21, tzinfo=UTC), 26)],
)
@pytest.mark.parametrize("hour", [0, 2, 8])
def test_the_odd_days_of_the_year_have_one_digest_each(scene: Scene, start: datetime, hours: int, hour: int) -> None:
    scene.update(Person, scene.ada, active=False)
    scene.update(Person, scene.omar, preferences={"digest_hour": hour})
    with scene.store.transaction() as session:
        for step in range(hours * 4):
            open_due_digests(session, CONTEXT, start + step * timedelta(minutes=15))
        days = [w.day for w in session.query(DigestWindow).order_by(DigestWindow.day)]
    sunday = start.astimezone(UTC).date() + DAY
    assert days.count(sunday) == 1
    assert len(days) == len(set(days))


def test_a_clock_set_back_tells_no_day_twice(scene: Scene) -> None:
    _change(scene)
    assert [_open(scene), _open(scene, -DAY), _open(scene, 40 * DAY), _open(scene, DAY)][0] == 2
    assert len(scene.notices(NoticeKind.DIGEST)) == 2


def test_one_escalation_that_nothing_happened_to_since_its_alert_makes_no_mail(scene: Scene, sink: Sink) -> None:
    _change(scene)
    scene.post(NoticeKind.RISK_UP, scene.omar)
    scene.drain(sink)
    assert _open(scene) == 1  # Ada, who got no alert


def test_what_happened_after_the_alert_is_told(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.RISK_UP, scene.omar)
    scene.drain(sink)
    _change(scene, before=-HOUR)
    assert _open(scene, 2 * HOUR) == 2


def test_what_we_owe_in_the_next_days_stands_beside_the_news(scene: Scene, sink: Sink) -> None:
    _promise(scene, scene.now + 2 * DAY)
    _change(scene)
    _open(scene)
    assert "WHAT WE OWE - Due Fri 8 May, 10:30" in _read(scene, sink)


def test_an_old_promise_alone_makes_no_digest(scene: Scene) -> None:
    _promise(scene, scene.now + 2 * DAY)
    _promise(scene, scene.now - 3 * DAY, "missed")
    assert _open(scene) == 0


def test_what_stands_above_is_not_listed_again(scene: Scene, sink: Sink) -> None:
    _promise(scene, scene.now + 3 * HOUR)
    _open(scene)
    assert "WHAT WE OWE" not in _read(scene, sink)


def _late_item(scene: Scene, due: datetime, assignee: int = 0) -> int:
    made = ActionItem(
        escalation_id=scene.esc, n=1, text="write the checklist", assignee_id=assignee or scene.lena, due_at=due,
        source="closeout", made_at=scene.now - DAY * 3, changed_at=scene.now - DAY * 3,
    )  # fmt: skip
    scene.change(lambda s: s.add(made))
    return made.id


def test_an_action_item_whose_day_ended_makes_a_digest_and_is_named(scene: Scene, sink: Sink) -> None:
    _late_item(scene, scene.now - HOUR)
    assert _open(scene) == 2
    text = _read(scene, sink)
    assert "ACTION ITEMS OVERDUE" in text
    assert f"ESC-{scene.esc}, item 1, due Wed 6 May, 09:30: write the checklist (Lena Vogt)" in text


def test_one_that_was_late_before_makes_no_digest_by_itself(scene: Scene) -> None:
    _late_item(scene, scene.now - DAY * 2)
    assert _open(scene) == 0


def test_who_may_not_see_the_escalation_reads_of_no_item(scene: Scene) -> None:
    _late_item(scene, scene.now - HOUR)
    scene.update(Escalation, scene.esc, team_id=None)
    scene.change(lambda s: s.execute(delete(Participant)))
    assert _open(scene) == 1, "the admin's alone"
