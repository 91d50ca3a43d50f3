"""S1: what is a chase, what covers an ask for how long, and each guard."""

from collections.abc import Callable
from datetime import datetime

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
Find = Callable[..., Finding | None]
ASK = "Which columns feed that total?"
DAY = 24.0


@pytest.fixture
def find(policy: Policy, tell: Tell, at: At) -> Find:
    def run(*messages: Msg, hours: float | None = None) -> Finding | None:
        now = at(hours) if hours is not None else max(m.sent_at for m in messages)
        found = evaluate(tell(*messages), policy, now).findings
        return next((f for f in found if f.signal is Signal.REPEATED_FOLLOW_UP), None)

    return run


@pytest.fixture
def level(find: Find) -> Callable[..., Level]:
    def run(*messages: Msg, hours: float | None = None) -> Level:
        finding = find(*messages, hours=hours)
        return finding.level if finding else Level.CLEAR

    return run


Lvl = Callable[..., Level]


def test_silence_past_eight_business_hours_is_worth_watching(level: Lvl, say: Say) -> None:
    ask = say(1, "in", 0, ASK)
    assert [level(ask, hours=h) for h in (7.9, 8.0)] == [Level.CLEAR, Level.WATCH]


def test_the_next_look_is_when_the_silence_has_lasted_too_long(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    assert evaluate(tell(say(1, "in", 0, ASK)), policy, at(0)).next_review_at == at(8)


def test_each_chase_raises_the_level(level: Lvl, say: Say) -> None:
    mails = [say(1, "in", 0, ASK), *(say(n, "in", DAY * (n - 1), f"Could you look at line {n}?") for n in (2, 3, 4))]
    assert [level(*mails[:n]) for n in (2, 3, 4)] == [Level.WATCH, Level.RAISED, Level.CRITICAL]


def test_a_chase_that_counts_its_mails_is_raised_at_once(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "in", DAY, "This is my third mail about it.")) is Level.RAISED


def test_the_chaser_sentence_is_quoted(find: Find, say: Say) -> None:
    finding = find(
        say(1, "in", 0, ASK), say(2, "in", DAY, "Hello,\n\nall well here. Any news on this? It is sunny.\n\nAnn")
    )
    assert finding is not None
    assert finding.quote == "Any news on this?"


def test_silence_quotes_the_ask_and_tells_the_arithmetic(find: Find, say: Say) -> None:
    finding = find(say(1, "in", 0, f"Hello,\n\n{ASK}"), hours=DAY + 2)
    assert finding is not None
    assert (finding.quote, finding.features["business_hours"]) == (ASK, 10.5)


def test_mails_close_together_count_as_one(level: Lvl, say: Say) -> None:
    burst = [say(n, "in", n * 0.4, "And what about line 5?") for n in (1, 2, 3, 4)]
    assert level(*burst) is Level.CLEAR


def test_at_night_half_an_hour_parts_two_mails(level: Lvl, say: Say) -> None:
    night = [
        say(1, "in", 0, ASK),
        say(2, "in", 11, "Anybody there?"),
        say(3, "in", 11.4, "Hello?"),
        say(4, "in", 12, "Hello?"),
    ]
    assert [level(*night[:3]), level(*night)] == [Level.WATCH, Level.RAISED]


def test_thanks_are_no_chase(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "in", 6, "Thank you!"), hours=6) is Level.CLEAR


def test_waiting_for_a_parcel_is_not_waiting_for_an_answer(level: Lvl, say: Say) -> None:
    mails = (
        say(1, "in", 0, ASK),
        say(2, "out", 1, "It is column H."),
        say(3, "in", DAY, "We are still waiting for the parcel. Nothing you need to do."),
    )
    assert level(*mails, hours=DAY * 3) is Level.CLEAR


def test_a_withdrawn_question_is_waited_for_by_nobody(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "in", 0.1, "Ignore me, found it."), hours=DAY * 3) is Level.CLEAR


def test_an_answer_ends_the_ask(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "out", 1, "It is column H."), hours=DAY * 3) is Level.CLEAR


def test_a_machine_answers_nothing(level: Lvl, say: Say) -> None:
    machine = say(2, "out", 0.1, "Your message is in our queue.", automatic=True)
    assert level(say(1, "in", 0, ASK), machine, say(3, "in", DAY, "Any news?")) is Level.WATCH


def test_an_absence_note_is_no_chase(level: Lvl, say: Say) -> None:
    note = say(2, "in", DAY, "I am away until Monday.", automatic=True)
    assert level(say(1, "in", 0, ASK), note, hours=DAY) is level(say(1, "in", 0, ASK), hours=DAY)
    assert level(say(1, "in", 0, ASK), note, say(3, "in", DAY * 2, "Any news?")) is Level.WATCH


def test_a_mail_among_colleagues_answers_nothing(level: Lvl, say: Say) -> None:
    inside = say(2, "internal", 1, "It is column H, tell her.", to=("other@us.example",))
    assert level(say(1, "in", 0, ASK), inside, say(3, "in", DAY, "Any news?")) is Level.WATCH


def test_a_holding_line_is_good_for_one_business_day(level: Lvl, say: Say) -> None:
    mails = (say(1, "in", 0, ASK), say(2, "out", 1, "We are looking into it."))
    early, late = say(3, "in", 6, "Any news?"), say(3, "in", DAY + 4, "Any news?")
    assert [level(*mails, early), level(*mails, late)] == [Level.CLEAR, Level.WATCH]


def test_a_promise_covers_until_it_is_due(level: Lvl, say: Say) -> None:
    mails = (say(1, "in", 0, ASK), say(2, "out", 1, "I will send you the list by Wednesday 5 pm."))
    early, late = say(3, "in", DAY * 2, "Any news?"), say(3, "in", DAY * 3, "Any news?")
    assert [level(*mails, early), level(*mails, late)] == [Level.CLEAR, Level.WATCH]


def test_only_the_first_question_back_counts_as_an_answer(level: Lvl, say: Say) -> None:
    first = (say(1, "in", 0, ASK), say(2, "out", 1, "Which version do you use?"))
    assert level(*first, hours=DAY * 3) is Level.CLEAR
    second = (*first, say(3, "in", 2, "4.8.2"), say(4, "out", 3, "Which system do you use?"))
    assert level(*second, hours=DAY * 3) is Level.WATCH


def test_the_ball_comes_back_with_the_customers_answer(level: Lvl, say: Say) -> None:
    mails = (
        say(1, "in", 0, ASK),
        say(2, "out", 1, "Which version do you use?"),
        say(3, "in", 2, "4.8.2 on all of them."),
    )
    assert level(*mails, hours=DAY * 2) is Level.WATCH


def test_chases_older_than_two_weeks_no_longer_count(level: Lvl, say: Say) -> None:
    mails = (say(1, "in", 0, ASK), say(2, "in", DAY, "Any news?"), say(3, "in", DAY * 16, "Any news?"))
    assert level(*mails) is Level.WATCH


def test_two_chases_in_a_day_with_the_account_at_stake_are_critical(level: Lvl, say: Say) -> None:
    mails = (
        say(1, "in", 0, ASK),
        say(2, "in", DAY, "Any news?"),
        say(3, "in", DAY + 5, "Otherwise we cancel our contract. Any news?"),
    )
    assert level(*mails) is Level.CRITICAL


def test_it_fades_after_the_answer(level: Lvl, say: Say) -> None:
    chased = (say(1, "in", 0, ASK), say(2, "in", DAY, "Any news?"), say(3, "in", DAY * 2, "Any news?"))
    answered = (*chased, say(4, "out", DAY * 2 + 1, "It is column H."))
    assert [level(*answered), level(*answered, hours=DAY * 30)] == [Level.RAISED, Level.CLEAR]


def test_it_does_not_fade_while_nobody_answers(level: Lvl, say: Say) -> None:
    chased = (say(1, "in", 0, ASK), say(2, "in", DAY, "Any news?"), say(3, "in", DAY * 2, "Any news?"))
    assert level(*chased, hours=DAY * 13) is Level.RAISED


@pytest.mark.parametrize(
    "text",
    [
        "It is noon and there is nothing from your side.",
        "Bis heute nichts von Ihnen gehört.",
        "Toujours aucun retour de votre part.",
        "Seguimos sin respuesta.",
        "Continuamos sem resposta.",
        "Ich warte weiterhin auf Ihre Antwort.",
        "No hemos recibido respuesta.",
    ],
)
def test_a_chase_that_misses_an_answer_is_raised_at_once(level: Lvl, say: Say, text: str) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "in", DAY, text)) is Level.RAISED


def test_waiting_for_somebody_who_did_not_come_counts_nothing(level: Lvl, say: Say) -> None:
    text = "We waited the whole day, nobody came and nobody called."
    assert level(say(1, "in", 0, ASK), say(2, "in", DAY, text)) is Level.WATCH


def test_a_mail_that_misses_our_answer_elsewhere_is_a_chase_itself(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, "I step in for Ann, who never got an answer from you.")) is Level.RAISED


def test_what_asks_for_nothing_is_answered_by_any_reply(level: Lvl, say: Say) -> None:
    note = say(1, "in", 0, "The hall is closed on Thursday for painting.")
    assert level(note, say(2, "out", 1, "Noted."), hours=5 * DAY) is Level.CLEAR


def test_the_way_through_a_menu_is_an_answer(level: Lvl, say: Say) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "out", 1, "Sheets > Delays > Total"), hours=5 * DAY) is Level.CLEAR


def test_left_in_the_lurch_is_no_withdrawal(level: Lvl, say: Say) -> None:
    text = "Vous nous laissez tomber. Que faites-vous pour notre salle ?"
    assert level(say(1, "in", 0, text), hours=2 * DAY) is Level.WATCH


@pytest.mark.parametrize(
    "text",
    [
        "The gateway still gives no answer.",
        "Das Gateway liefert weiterhin keine Antwort.",
        "La passerelle reste sans réponse.",
        "La pasarela sigue sin respuesta.",
        "O leitor continua sem resposta.",
    ],
)
def test_a_machine_that_does_not_answer_counts_nothing(level: Lvl, say: Say, text: str) -> None:
    assert level(say(1, "in", 0, ASK), say(2, "in", DAY, text)) is Level.WATCH
