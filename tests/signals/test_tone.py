"""S12: who turns sour against their own usual tone, in five languages, and who only writes about bugs."""

from collections.abc import Callable
from datetime import datetime
from statistics import median
from typing import Any

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Habit, Msg
from tests.signals.saying import said

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
DAY = 24
CUSTOMER = "cus@acme.example"
CALM = "The drawing of the new cabinet has three pages, I see two of them here."
SOUR = "We feel let down by your team."
FURIOUS = "I have had enough of this. It is a complete shambles."
THREAT = "We will cancel our contract."


@pytest.fixture
def found(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 0, **more: Any) -> Finding | None:
        findings = evaluate(tell(*messages, **more), policy, at(hours)).findings
        return next((f for f in findings if f.signal is Signal.TONE), None)

    return run


@pytest.mark.parametrize(("language", "text"), said("tone", "yes"))
def test_what_is_sour_is_heard(found: Any, say: Say, language: str, text: str) -> None:
    finding = found(say(1, "in", 0, text, language=language))
    assert finding is not None
    assert finding.level is Level.WATCH
    assert finding.quote in text


@pytest.mark.parametrize(("language", "text"), said("tone", "no"))
def test_what_is_not_stays_quiet(found: Any, say: Say, language: str, text: str) -> None:
    assert found(say(1, "in", 0, text, language=language)) is None


def test_words_alone_never_stand_above_level_one(found: Any, say: Say) -> None:
    finding = found(say(1, "in", 0, FURIOUS))
    assert finding.features["rise_logits"] >= 1.8
    assert finding.level is Level.WATCH


def test_dissatisfaction_as_such_is_no_other_signal(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    levels = {f.signal: f.level for f in evaluate(tell(say(1, "in", 0, FURIOUS)), policy, at(0)).findings}
    assert levels == {Signal.TONE: Level.WATCH}


def test_beside_another_signal_a_great_rise_is_level_two(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, f"{FURIOUS} {THREAT}")).level is Level.RAISED


def test_beside_another_signal_a_small_rise_is_level_one(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, f"{SOUR} {THREAT}")).level is Level.WATCH


@pytest.mark.parametrize(("usual", "level"), [(0.0, Level.WATCH), (1.0, None), (3.0, None)])
def test_a_rise_is_above_the_senders_own_median(found: Any, say: Say, usual: float, level: Level | None) -> None:
    finding = found(say(1, "in", 0, SOUR), habits={CUSTOMER: Habit(mails=5, tones=(usual,) * 5)})
    assert (finding and finding.level) == level


def test_one_angry_mail_of_before_does_not_make_a_habit(found: Any, say: Say) -> None:
    habit = Habit(mails=5, tones=(0.0, 0.0, 0.0, 0.0, 6.0))
    assert found(say(1, "in", 0, SOUR), habits={CUSTOMER: habit}).features["usual_of"] == "sender"


def test_too_few_mails_fall_back_to_the_accounts(found: Any, say: Say) -> None:
    own, account = Habit(mails=1, tones=(0.2,)), Habit(mails=5, tones=(-0.5, 0.1, 0.1, 0.1, 2.0))
    finding = found(say(1, "in", 0, SOUR), habits={CUSTOMER: own, "": account})
    assert (finding.features["usual_of"], finding.features["usual_logits"]) == ("account", 0.1)


def test_a_sour_account_hides_the_tone_of_a_new_writer(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, SOUR), habits={"": Habit(mails=6, tones=(3.0,) * 6)}) is None


def test_without_any_habit_the_policys_usual_tone_holds(found: Any, say: Say, policy: Policy) -> None:
    features = found(say(1, "in", 0, SOUR)).features
    assert features["usual_of"] == "anybody"
    assert features["usual_logits"] == policy.signals.tone_usual_logits


def test_earlier_mails_here_belong_to_a_thin_habit(found: Any, say: Say) -> None:
    mails = [say(n, "in", n, CALM) for n in range(1, 6)]
    finding = found(*mails, say(6, "in", 20, SOUR), hours=21)
    assert finding.features["usual_of"] == "sender"
    assert finding.features["usual_logits"] == median(m.reading.tone.score for m in mails if m.reading.tone)


def test_two_sharp_mails_rise_where_one_does_not(found: Any, say: Say) -> None:
    sharp = "Frankly, we are unhappy."
    milder = "To be honest, I am annoyed."
    first = say(1, "in", 0, milder.replace("I am annoyed", "the list is old"))
    assert found(first) is None
    assert found(first, say(2, "in", 5, sharp), hours=5) is not None


def test_each_sender_is_only_compared_with_themself(found: Any, say: Say) -> None:
    sharp = "To be honest, the list is old."
    mails = [say(n, "in", n, sharp, author=f"p{n}@acme.example") for n in range(1, 4)]
    assert found(*mails, hours=5) is None


def test_the_proof_is_the_worst_sentence_with_its_words(found: Any, say: Say) -> None:
    finding = found(say(1, "in", 0, f"Good morning.\n\n{CALM} {SOUR} The list is attached."))
    assert finding.quote == SOUR
    assert finding.features["words"] == ["feel let down"]
    assert finding.rule_id == "en.tone"


def test_a_long_mail_is_no_angrier_for_its_length(say: Say) -> None:
    short, long = say(1, "in", 0, SOUR), say(2, "in", 0, f"{SOUR} " * 30)
    assert long.reading.tone.score <= 2 * short.reading.tone.score  # type: ignore[union-attr]


def test_thanks_take_off_what_a_sigh_adds(say: Say) -> None:
    plain, kind = (
        say(1, "in", 0, "It failed again!!!"),
        say(2, "in", 0, "It failed again!!! Thanks a lot for your help."),
    )
    assert kind.reading.tone.score < plain.reading.tone.score  # type: ignore[union-attr]


def test_a_shouted_sentence_is_louder(say: Say) -> None:
    quiet, loud = say(1, "in", 0, "Why does nobody answer us?"), say(2, "in", 0, "WHY DOES NOBODY ANSWER US?")
    assert loud.reading.tone.score > quiet.reading.tone.score  # type: ignore[union-attr]


def test_bug_reports_weigh_nothing(say: Say) -> None:
    log = (
        "FATAL error: worker killed, build broken, process dead, abort.\nThe crash handler failed, kill -9 failed too."
    )
    assert say(1, "in", 0, log).reading.tone.score == 0.0  # type: ignore[union-attr]


def test_it_fades_with_a_half_life_of_three_business_days(found: Any, say: Say) -> None:
    mail = say(1, "in", 0, SOUR)
    assert found(mail, hours=DAY).level is Level.WATCH
    assert found(mail, hours=7 * DAY) is None


def test_it_is_over_when_the_customer_says_so(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, SOUR), say(2, "in", 20, "It works again, thanks."), hours=21) is None


def test_a_sour_mail_with_words_of_an_end_settles_nothing(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, "My patience is running out.")) is not None


def test_our_own_mails_have_no_tone(say: Say) -> None:
    assert say(1, "out", 0, FURIOUS).reading.tone is None


def test_a_calm_mail_has_a_tone_too_for_the_habit(say: Say) -> None:
    assert say(1, "in", 0, CALM).reading.tone is not None
