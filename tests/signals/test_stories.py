"""Plays the stories with known truth through reading and folding, in memory, and counts hits as their scorer does."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.policy import load_policy
from config.words import Direction, Signal
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.facts import Assessment, Before, Facts, Msg, Party, PastEscalation
from signals.reader import read_message

Story = dict[str, Any]
OURS = (
    Signal.DEADLINE,
    Signal.IMPACT,
    Signal.URGENCY,
    Signal.REPEATED_FOLLOW_UP,
    Signal.EXECUTIVE_VISIBILITY,
    Signal.MISSED_PROMISE,
    Signal.ACCOUNT_RISK,
    Signal.SPREAD,
    Signal.CHANGED_NEXT_STEP,
    Signal.TONE,
    Signal.REPEAT_ISSUE,
    Signal.NEW_DECISION_MAKER,
)
STATES = {"unarmed": "pending", "superseded": "moved"}


@dataclass(frozen=True)
class Event:
    """A finding or a promise reported at a moment."""

    at: datetime
    kind: str
    name: str
    level: int
    mail: str
    quote: str
    due: datetime | None = None


@dataclass
class Play:
    """One story on the stage: its messages, and what was reported last."""

    story: Story
    calendar: Calendar
    parties: dict[str, Party]
    threads: dict[str, list[Msg]] = field(default_factory=lambda: defaultdict(list))
    before: dict[str, Before] = field(default_factory=dict)
    told: dict[tuple[str, str], object] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    mail_ids: dict[int, str] = field(default_factory=dict)
    verbatim: bool = True


@dataclass
class Tally:
    """Hits, misses and false alarms, with each mistake in words."""

    hit: int = 0
    missed: int = 0
    false: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the reports that were right."""
        return self.hit / ((self.hit + self.false) or 1)

    @property
    def recall(self) -> float:
        """Share of the wanted that was reported."""
        return self.hit / ((self.hit + self.missed) or 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.hit / ((2 * self.hit + self.missed + self.false) or 1)


def play(story: Story) -> Play:
    """Evaluate at every mail and at every moment the assessment itself asks to be looked at again."""
    stage = _stage(story)
    until = datetime.fromisoformat(story["truth"]["until"])
    thread_of: dict[str, str] = {}
    pending: list[tuple[datetime, str]] = []
    for number, mail in enumerate(sorted(story["mails"], key=lambda m: datetime.fromisoformat(m["at"])), 1):
        at = datetime.fromisoformat(mail["at"])
        pending = _review(stage, pending, at)
        thread = thread_of.get(mail["reply_to"] or "", mail["id"])
        thread_of[mail["id"]] = thread
        stage.threads[thread].append(_msg(stage, mail, number))
        for name in stage.threads:
            pending = [p for p in pending if p[1] != name]
            pending += _look(stage, name, at)
    _review(stage, pending, until)
    return stage


def _review(stage: Play, pending: list[tuple[datetime, str]], until: datetime) -> list[tuple[datetime, str]]:
    while pending and min(pending)[0] < until:
        at, thread = min(pending)
        pending.remove((at, thread))
        pending += _look(stage, thread, at)
    return pending


def _look(stage: Play, thread: str, now: datetime) -> list[tuple[datetime, str]]:
    others = tuple(
        m for name, ms in stage.threads.items() if name != thread for m in ms if m.direction is Direction.OUT
    )
    facts = Facts(
        messages=tuple(stage.threads[thread]),
        parties=stage.parties,
        calendar=stage.calendar,
        before=stage.before.get(thread, Before()),
        elsewhere=others,
        account_value=stage.story["account"]["arr"],
        seen_before=_seen_before(stage, thread),
        history=tuple(_past(entry) for entry in stage.story["history"]),
        account_domains=frozenset(stage.story["account"]["domains"]),
        renewal=date.fromisoformat(stage.story["account"]["renewal"]),
        acquainted=bool(stage.story["account"]["contacts"]),
    )
    assessment = evaluate(facts, load_policy_once(), now)
    _tell(stage, thread, assessment, now, {m.id: m for m in facts.messages})
    review = assessment.next_review_at
    assert review is None or review > now
    return [(review, thread)] if review else []


def _seen_before(stage: Play, thread: str) -> dict[str, datetime]:
    """When each customer was last on a mail of another thread before they first came up in this one."""
    first: dict[str, datetime] = {}
    for msg in stage.threads[thread]:
        for address in (msg.author, *msg.to, *msg.cc):
            first.setdefault(address, msg.sent_at)
    seen: dict[str, datetime] = {}
    for name, messages in stage.threads.items():
        for msg in messages if name != thread else ():
            for address in (msg.author, *msg.to, *msg.cc):
                if address in first and msg.sent_at < first[address]:
                    seen[address] = max(seen.get(address, msg.sent_at), msg.sent_at)
    return seen


def _past(entry: Story) -> PastEscalation:
    closed = datetime.combine(date.fromisoformat(entry["closed"]), time(12), UTC)
    return PastEscalation(entry["subject"], closed, entry["priority"])


@cache
def load_policy_once() -> Any:
    return load_policy()


def _tell(stage: Play, thread: str, assessment: Assessment, now: datetime, messages: dict[int, Msg]) -> None:
    was = stage.before.get(thread, Before())
    levels = {}
    for finding in assessment.findings:
        stage.verbatim &= finding.quote == messages[finding.message_id].text[finding.start : finding.end]
        stage.verbatim &= bool(finding.quote.strip())
        before = was.levels.get(finding.signal)
        levels[finding.signal] = before if before and before[0] == finding.level else (finding.level, now)
        told = (finding.level, finding.message_id, finding.start)
        if stage.told.get((thread, finding.signal)) != told:
            stage.told[thread, finding.signal] = told
            mail = stage.mail_ids[finding.message_id]
            stage.events.append(Event(now, "finding", finding.signal, finding.level, mail, finding.quote))
    stage.before[thread] = Before(levels, assessment.risk, was.risk_since if was.risk is assessment.risk else now)
    for entry in assessment.ledger:
        mail = stage.mail_ids[entry.message_id]
        if stage.told.get((mail, entry.quote)) != (entry.state, entry.due):
            stage.told[mail, entry.quote] = (entry.state, entry.due)
            stage.events.append(Event(now, "promise", entry.state, 0, mail, entry.quote, entry.due))


def _stage(story: Story) -> Play:
    c = story["calendar"]
    days = frozenset(map(date.fromisoformat, c["holidays"]))
    calendar = Calendar(c["zone"], time.fromisoformat(c["open"]), time.fromisoformat(c["close"]), days)
    parties = {
        p["email"]: Party(p["email"], p["name"], ours=True, team=p["team"], title=p["title"], title_source="directory")
        for p in story["us"]
    }
    for contact in story["account"]["contacts"]:
        parties[contact["email"]] = Party(
            contact["email"], contact["name"], title=contact["title"], title_source="directory"
        )
    for mail in story["mails"]:
        for entry in (mail["from"], *mail["to"], *mail["cc"]):
            name, address = parseaddr(entry)
            parties.setdefault(address, Party(address, name))
    return Play(story, calendar, parties)


def _msg(stage: Play, mail: Story, number: int) -> Msg:
    stage.mail_ids[number] = mail["id"]
    ours = {b.rpartition("@")[2] for b in stage.story["mailboxes"]}
    author = parseaddr(mail["from"])[1]
    to, cc = (tuple(parseaddr(a)[1] for a in mail[line]) for line in ("to", "cc"))
    outside = [a for a in (*to, *cc) if a.rpartition("@")[2] not in ours]
    mine = author.rpartition("@")[2] in ours
    direction = (Direction.OUT if outside else Direction.INTERNAL) if mine else Direction.IN
    sent = datetime.fromisoformat(mail["at"])
    text = mail["text"] or _plain(mail["html"])
    return Msg(
        id=number,
        message_id=mail["id"],
        direction=direction,
        author=author,
        to=to,
        cc=cc,
        sent_at=sent,
        subject=mail["subject"],
        text=text,
        automatic=bool(mail["headers"]),
        attachments=len(mail["attachments"]),
        reading=read_message(text, direction, sent, stage.calendar, subject=mail["subject"]),
    )


def _plain(html: str) -> str:
    return re.sub(
        r"\n{3,}", "\n\n", re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>|</(?:p|div|h\d|li|tr)>", "\n", html))
    ).strip()


def judge_signals(stage: Play, tallies: dict[Signal, Tally]) -> None:
    """Count as the stories' scorer does: each wanted entry once, each unwanted signal once a story."""
    truth, until = stage.story["truth"], datetime.fromisoformat(stage.story["truth"]["until"])
    for signal in OURS:
        found = [e for e in stage.events if e.kind == "finding" and e.name == signal and e.at <= until]
        wanted = [w for w in truth["signals"] if w["signal"] == signal]
        for want in wanted:
            start, end = datetime.fromisoformat(want["from"]), datetime.fromisoformat(want["by"])
            if any(e.level >= want["level"] and start <= e.at <= end for e in found):
                tallies[signal].hit += 1
            else:
                tallies[signal].missed += 1
                tallies[signal].errors.append(f"{stage.story['name']}: missed {want['level']} {want['quote']} {found}")
        limit = 1 if any(a["signal"] == signal for a in truth["absent"]) else 2
        alarms = [e for e in found if e.level >= limit]
        if alarms and not wanted:
            tallies[signal].false += 1
            tallies[signal].errors.append(f"{stage.story['name']}: false {alarms[0]}")


def judge_promises(stage: Play, tally: Tally, due: Tally, outcome: Tally) -> None:
    """Promises match by mail and half of the shorter quote's words; due times to the minute."""
    claims: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in stage.events:
        if event.kind == "promise" and event.at <= datetime.fromisoformat(stage.story["truth"]["until"]):
            claims[event.mail, event.quote].append(event)
    for want in stage.story["truth"]["promises"]:
        near = [(_overlap(want["quote"], key[1]), key) for key in claims if key[0] == want["mail"]]
        rate, key = max(near, default=(0.0, ("", "")))
        if rate < 0.5:
            tally.missed += 1
            tally.errors.append(f"{stage.story['name']}: not seen {want['quote']}")
            continue
        tally.hit += 1
        claim = claims.pop(key)
        if want["due"]:
            _count(due, claim[0].due == datetime.fromisoformat(want["due"]), f"{want['due']} {claim[0]}")
        state = STATES.get(claim[-1].name, claim[-1].name)
        _count(
            outcome, state == want["outcome"], f"{stage.story['name']}: {want['outcome']} not {state} {want['quote']}"
        )
    tally.false += len(claims)
    tally.errors += [f"{stage.story['name']}: no promise {key}" for key in claims]


def _count(tally: Tally, right: bool, error: str) -> None:
    tally.hit += right
    tally.missed += not right
    tally.errors += [] if right else [error]


def _overlap(one: str, other: str) -> float:
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def stories(folder: Path) -> Iterator[Story]:
    return (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))


@pytest.fixture(scope="module")
def plays() -> list[Play]:
    folder = Path(__file__).parents[3] / "shared" / "stories" / "dev"
    if not folder.is_dir():
        pytest.skip("the stories are not beside this checkout")
    return [play(story) for story in stories(folder)]


@pytest.mark.parametrize("signal", OURS)
def test_each_signal_is_found_in_the_stories_and_rarely_raised_without_cause(plays: list[Play], signal: Signal) -> None:
    tallies: dict[Signal, Tally] = defaultdict(Tally)
    for stage in plays:
        judge_signals(stage, tallies)
    tally = tallies[signal]
    assert tally.precision >= 0.9, tally.errors
    assert tally.recall >= 0.9, tally.errors


def test_every_quote_of_the_stories_is_verbatim(plays: list[Play]) -> None:
    assert [p.story["name"] for p in plays if not p.verbatim] == []


def test_promises_of_the_stories_are_found_with_their_exact_time(plays: list[Play]) -> None:
    tally, due, outcome = Tally(), Tally(), Tally()
    for stage in plays:
        judge_promises(stage, tally, due, outcome)
    assert tally.f1 >= 0.9, tally.errors
    assert due.recall >= 0.95, due.errors
    assert outcome.recall >= 0.95, outcome.errors
