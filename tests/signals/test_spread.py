"""S5: how many teams of ours an issue wandered through within a week, and what does not count as wandering."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Handover, Msg, Party

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
TEAMS = {"ann": "support", "bo": "billing", "cy": "network", "di": "legal", "ed": "Support Team", "fay": "support L2"}
PARTIES = {f"{n}@us.example": Party(f"{n}@us.example", n.title(), ours=True, team=t) for n, t in TEAMS.items()}
PARTIES["monitoring@us.example"] = Party("monitoring@us.example", ours=True, team="operations")
PARTIES["desk@us.example"] = Party("desk@us.example", ours=True, team="billing", shared=True)


@pytest.fixture
def spread(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 48.0, **more: Any) -> Finding | None:
        found = evaluate(tell(*messages, parties=PARTIES, **more), policy, at(hours)).findings
        return next((f for f in found if f.signal is Signal.SPREAD), None)

    return run


@pytest.fixture
def inside(say: Say) -> Say:
    """`inside(1, hours, "ann", "bo", text)`: a mail of Ann to Bo."""

    def build(number: int, hours: float, who: str, to: str, text: str = "Order 5518 lists both.", **more: Any) -> Msg:
        return say(number, "internal", hours, text, author=f"{who}@us.example", to=(f"{to}@us.example",), **more)

    return build


Spread = Callable[..., Finding | None]


def level(finding: Finding | None) -> Level:
    return finding.level if finding else Level.CLEAR


@pytest.mark.parametrize(
    ("writers", "expected"), [("ann", 0), (("ann", "bo"), 1), (("ann", "bo", "cy"), 2), (("ann", "bo", "cy", "di"), 3)]
)
def test_the_level_goes_by_the_number_of_teams(spread: Spread, inside: Say, writers: Any, expected: int) -> None:
    names = [writers] if isinstance(writers, str) else list(writers)
    mails = [inside(n, n, who, "ann") for n, who in enumerate(names, 1)]
    assert level(spread(*mails)) == expected


def test_aliases_of_one_team_are_one(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "ed"), inside(2, 2, "ed", "fay"), inside(3, 3, "fay", "ann")) is None


def test_monitoring_is_no_team(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "ann"), inside(2, 2, "monitoring", "ann")) is None


def test_a_machine_does_not_act(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "ann"), inside(2, 2, "bo", "ann", automatic=True)) is None


def test_a_planned_swarm_is_no_spread(spread: Spread, inside: Say) -> None:
    mails = [inside(n, n, who, "ann") for n, who in enumerate(("ann", "bo", "cy"), 1)]
    assert (level(spread(*mails)), spread(*mails, swarming=True)) == (Level.RAISED, None)


def test_the_customer_and_their_people_are_no_teams(spread: Spread, say: Say) -> None:
    mails = (say(1, "in", 1, "Is it up?"), say(2, "in", 2, "Hello?", author="other@acme.example"))
    assert spread(*mails) is None


def test_a_forward_hands_over_before_the_next_team_has_written(spread: Spread, inside: Say) -> None:
    assert level(spread(inside(1, 1, "ann", "bo", subject="FW: Pump P6"))) is Level.WATCH


@pytest.mark.parametrize(
    "text",
    [
        "I am passing this on to billing, Bo please take over.",
        "That one is yours, isn't it?",
        "Das liegt bei euch, könnt ihr das bitte übernehmen?",
        "Je transmets au service facturation.",
        "Lo paso al equipo de facturación.",
        "Encaminho para a equipa de faturação.",
    ],
)
def test_words_hand_over_and_are_quoted(spread: Spread, inside: Say, text: str) -> None:
    finding = spread(inside(1, 1, "ann", "bo", text))
    assert finding is not None
    assert (finding.level, finding.quote) == (Level.WATCH, text)


def test_a_colleague_who_only_reads_along_does_not_act(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "ed", cc=("bo@us.example",))) is None


def test_a_colleague_in_copy_of_a_handover_was_handed_nothing(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "ed", "I am passing this on, please take over.", cc=("bo@us.example",))) is None


def test_a_shared_address_was_handed_nothing(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "desk", "I am passing this on to billing.")) is None


def test_a_question_to_another_team_is_no_handover(spread: Spread, inside: Say) -> None:
    assert spread(inside(1, 1, "ann", "bo", "Do you know their customer number?")) is None


def test_the_record_hands_over_too(spread: Spread, inside: Say, at: At) -> None:
    finding = spread(inside(1, 1, "ann", "ann"), handovers=(Handover(at(3), "billing"),))
    assert level(finding) is Level.WATCH


def test_the_handovers_stand_in_order_with_their_times(spread: Spread, inside: Say, at: At) -> None:
    finding = spread(inside(2, 5, "bo", "ann"), inside(1, 1, "ann", "bo", subject="FW: P6"), inside(3, 9, "cy", "ann"))
    assert finding is not None
    steps: Any = finding.features["handovers"]
    assert [(s["team"], s["at"]) for s in steps] == [
        ("support", at(1).isoformat()), ("billing", at(1).isoformat()), ("network", at(9).isoformat())
    ]  # fmt: skip


def test_what_was_more_than_a_week_ago_counts_no_more(spread: Spread, inside: Say) -> None:
    mails = (inside(1, 1, "ann", "ann"), inside(2, 2, "bo", "ann"), inside(3, 24 * 7 + 0.5, "cy", "ann"))
    assert level(spread(*mails, hours=24 * 7 + 0.6)) is Level.RAISED
    assert level(spread(*mails, hours=24 * 7 + 9)) is Level.CLEAR


def test_the_next_look_is_when_the_window_slides(policy: Policy, tell: Tell, inside: Say, at: At) -> None:
    facts = tell(inside(1, 1, "ann", "ann"), inside(2, 30, "bo", "ann"), parties=PARTIES)
    assert evaluate(facts, policy, at(100)).next_review_at == at(24 * 7 + 1)
