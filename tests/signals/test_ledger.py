"""S2 and its ledger: what counts as a promise, when it is due, and what keeps, moves, withdraws or breaks it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from config.policy import Policy
from config.words import Level, PromiseKind, PromiseState, Signal
from signals.chain import evaluate
from signals.facts import Assessment, Facts, ForcedPromise, Msg

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
SEND = "I will send you the firmware image by Wednesday 5 pm."
DUE = 56.0
"""Hours from Monday nine o'clock to Wednesday five o'clock."""


@pytest.fixture
def look(policy: Policy, tell: Tell, at: At) -> Callable[..., Assessment]:
    def run(*messages: Msg, hours: float = DUE + 1, **more: object) -> Assessment:
        return evaluate(tell(*messages, **more), policy, at(hours))

    return run


Look = Callable[..., Assessment]


def level(assessment: Assessment) -> Level:
    return next((f.level for f in assessment.findings if f.signal is Signal.MISSED_PROMISE), Level.CLEAR)


PROMISES = [
    "I will send you the log tomorrow.",
    "We'll get back to you by Friday.",
    "You will have the drawing on Friday.",
    "The corrected driver will be released on Friday.",
    "New date for the image is Friday, end of day.",
    "Let me check with the lab.",
    "Sione will be at your dock at 1 pm tomorrow.",
    "Our engineer will call you at 3 pm.",
    "Will send it by Friday.",
    "Wir liefern das Netzteil bis Freitag 13 Uhr.",
    "Die Fassung schicke ich Ihnen am Freitag.",
    "Wir melden uns bis Freitag bei Ihnen.",
    "Je vous envoie le correctif demain avant 16 h.",
    "Vous l'aurez vendredi matin.",
    "Nous reviendrons vers vous vendredi.",
    "Le mando el manual mañana antes de las 17:30.",
    "Les enviaremos el informe el viernes.",
    "Envio-lhe o relatório amanhã de manhã.",
    "Entregamos o ambiente na sexta-feira.",
]

NO_PROMISES = [
    "I'll be out tomorrow, Callum knows where everything is.",
    "We'll see you both on Friday.",
    "You will need a 2.5 mm driver for it.",
    "I will not be able to say more before Friday.",
    "Shall I send it on Friday?",
    "The courier will be there on Friday.",
    "Let me know whether it works.",
    "The list empties within a minute.",
    "We sent the parcel on Friday.",
    "Im Anhang finden Sie die Anleitung.",
    "Je vous envoie ci-joint le devis.",
]


@pytest.mark.parametrize("text", PROMISES)
def test_our_promises_are_found(look: Look, say: Say, text: str) -> None:
    assert [e.quote for e in look(say(1, "out", 1, text), hours=1).ledger] == [text]


@pytest.mark.parametrize("text", NO_PROMISES)
def test_what_promises_nothing_is_left_out(look: Look, say: Say, text: str) -> None:
    assert look(say(1, "out", 1, text), hours=1).ledger == ()


def test_a_customers_promise_is_not_ours(look: Look, say: Say) -> None:
    assert look(say(1, "in", 1, SEND)).ledger == ()


def test_a_promise_to_a_colleague_is_not_to_the_customer(look: Look, say: Say) -> None:
    assert look(say(1, "internal", 1, SEND, to=("other@us.example",))).ledger == ()


def test_a_clock_time_has_fifteen_minutes_of_grace(look: Look, say: Say) -> None:
    states = [look(say(1, "out", 1, SEND), hours=h).ledger[0].state for h in (DUE + 0.24, DUE + 0.25)]
    assert states == [PromiseState.PENDING, PromiseState.MISSED]


def test_a_day_ends_at_the_close_of_business(look: Look, say: Say) -> None:
    text = "I will send you the image on Wednesday."
    states = [look(say(1, "out", 1, text), hours=h).ledger[0].state for h in (56.4, 56.5)]
    assert states == [PromiseState.PENDING, PromiseState.MISSED]


def test_a_missed_promise_raises_and_quotes_our_sentence(look: Look, say: Say) -> None:
    assessment = look(say(1, "out", 1, f"Hello,\n\n{SEND}"))
    finding = assessment.findings[0]
    assert (finding.level, finding.quote) == (Level.RAISED, SEND)


def test_a_second_one_missed_is_critical(look: Look, say: Say) -> None:
    again = say(2, "out", DUE + 1, "You will have the image on Thursday by 5 pm.")
    assert level(look(say(1, "out", 1, SEND), again, hours=DUE + 30)) is Level.CRITICAL


def test_a_threat_beside_it_is_critical(look: Look, say: Say) -> None:
    threat = say(2, "in", 3, "Otherwise we will cancel our contract.")
    assert level(look(say(1, "out", 1, SEND), threat)) is Level.CRITICAL


def test_an_assumed_time_never_passes_the_first_level(look: Look, say: Say) -> None:
    assert level(look(say(1, "out", 1, "I will get back to you."), hours=24 * 4)) is Level.WATCH


def test_a_file_keeps_a_promise_to_send(look: Look, say: Say) -> None:
    kept = look(say(1, "out", 1, SEND), say(2, "out", 50, "Here you go.", attachments=1))
    assert kept.ledger[0].state is PromiseState.KEPT
    assert level(kept) is Level.CLEAR


def test_a_holding_line_keeps_nothing(look: Look, say: Say) -> None:
    assert level(look(say(1, "out", 1, SEND), say(2, "out", 50, "We are looking into it."))) is Level.RAISED


@pytest.mark.parametrize(
    "promise",
    [
        "We will fix the pump by Wednesday 5 pm.",
        "Bastien will visit you on Wednesday at 5 pm.",
        "I will get back to you by Wednesday 5 pm.",
    ],
)
def test_a_holding_line_keeps_no_other_kind_of_promise_either(look: Look, say: Say, promise: str) -> None:
    assert level(look(say(1, "out", 1, promise), say(2, "out", 50, "We are looking into it."))) is Level.RAISED


def test_a_machine_keeps_nothing(look: Look, say: Say) -> None:
    assert level(look(say(1, "out", 1, SEND), say(2, "out", 50, "Report attached.", automatic=True))) is Level.RAISED


def test_a_mail_among_us_keeps_nothing(look: Look, say: Say) -> None:
    inside = say(2, "internal", 50, "The image is attached.", attachments=1)
    assert level(look(say(1, "out", 1, SEND), inside)) is Level.RAISED


def test_a_call_is_kept_by_word_of_the_talk_not_by_a_file(look: Look, say: Say) -> None:
    call = say(1, "out", 1, "I will call you on Wednesday at 5 pm.")
    file = look(call, say(2, "out", 50, "The log is attached.", attachments=1))
    talk = look(call, say(2, "out", 50, "As discussed on the phone just now: all done."))
    assert (level(file), level(talk)) == (Level.RAISED, Level.CLEAR)


def test_another_date_moves_it(look: Look, say: Say) -> None:
    later = say(2, "out", 50, "I have to move it: you will have the image on Friday by 5 pm.")
    assert [e.state for e in look(say(1, "out", 1, SEND), later).ledger] == [PromiseState.MOVED, PromiseState.PENDING]


def test_the_same_date_again_supersedes_it(look: Look, say: Say) -> None:
    again = say(2, "out", 20, "As I said, I will send the image by Wednesday 5 pm.")
    assert look(say(1, "out", 1, SEND), again).ledger[0].state is PromiseState.SUPERSEDED


def test_calling_it_off_withdraws_it(look: Look, say: Say) -> None:
    visit = say(1, "out", 1, "Bastien will visit you on Wednesday at 5 pm.")
    off = say(2, "out", 50, "Our technician is ill. We have to cancel the visit.")
    assert look(visit, off).ledger[0].state is PromiseState.WITHDRAWN


def test_the_customer_may_give_more_time(look: Look, say: Say) -> None:
    more = say(2, "in", 50, "Please take your time with it, next week is fine.")
    assert look(say(1, "out", 1, SEND), more).ledger[0].state is PromiseState.MOVED


def test_the_customer_may_drop_it(look: Look, say: Say) -> None:
    drop = say(2, "in", 50, "Never mind, found it myself.")
    assert look(say(1, "out", 1, SEND), drop).ledger[0].state is PromiseState.WITHDRAWN


def test_a_condition_not_met_binds_nobody(look: Look, say: Say) -> None:
    text = "Once we have the form back signed, we will register you within two business days."
    entry = look(say(1, "out", 1, text), say(2, "in", 5, "Got it. No rush."), hours=24 * 20).ledger[0]
    assert (entry.kind, entry.state) == (PromiseKind.CONDITIONAL, PromiseState.UNARMED)


def test_a_condition_met_starts_the_clock(look: Look, say: Say, at: At) -> None:
    text = "Once we have the form back signed, we will register you within two business days."
    entry = look(say(1, "out", 1, text), say(2, "in", 24, "Signed form attached.", attachments=1), hours=24).ledger[0]
    assert entry.state is PromiseState.PENDING
    assert entry.due is not None
    assert at(24) < entry.due <= at(24 * 3 + 8.5)


def test_a_promise_may_be_kept_in_another_thread_on_the_same_thing(look: Look, say: Say) -> None:
    here = say(1, "out", 1, SEND, subject="SP-3 drifts")
    there = say(2, "out", 50, "The image is attached.", attachments=1, subject="SP-3, new firmware")
    invoice = say(2, "out", 50, "The invoice is attached.", attachments=1, subject="Invoice 20417")
    assert level(look(here, elsewhere=(there,))) is Level.CLEAR
    assert level(look(here, elsewhere=(invoice,))) is Level.RAISED


def test_a_person_outranks_the_texts(look: Look, say: Say, at: At) -> None:
    said = say(1, "out", 1, SEND)
    forced = ForcedPromise(1, 0, PromiseState.KEPT, made_at=at(DUE + 0.5), made_by="Ann")
    assert level(look(said, forced=(forced,))) is Level.CLEAR


def test_every_move_says_why(look: Look, say: Say) -> None:
    entry = look(say(1, "out", 1, SEND), say(2, "out", 50, "Here you go.", attachments=1)).ledger[0]
    assert [m.why for m in entry.moves] == ["we promised it", "our message keeps it"]


def test_attending_leaves_no_mail_and_is_never_missed(look: Look, say: Say) -> None:
    assert level(look(say(1, "out", 1, "I will attend the review on Wednesday at 5 pm."))) is Level.CLEAR


def test_a_promise_near_its_time_is_a_finding_only_where_the_policy_says_so(
    policy: Policy, say: Say, tell: Tell, at: At
) -> None:
    warning = policy.model_copy(update={"signals": policy.signals.model_copy(update={"warn_before_due": True})})
    facts = tell(say(1, "out", 1, SEND))
    assert [level(evaluate(facts, p, at(DUE - 1))) for p in (policy, warning)] == [Level.CLEAR, Level.WATCH]


def test_the_next_look_is_at_the_warning_then_at_the_end_of_grace(look: Look, say: Say, at: At) -> None:
    said = say(1, "out", 1, SEND)
    assert look(said, hours=2).next_review_at == at(DUE - 2)
    assert look(said, hours=DUE - 1).next_review_at == at(DUE + 0.25)


def test_a_missed_promise_fades_over_weeks(look: Look, say: Say) -> None:
    assert level(look(say(1, "out", 1, SEND), hours=24 * 60)) is Level.CLEAR


def test_every_move_cites_a_sentence_that_stands_in_its_message(look: Look, say: Say) -> None:
    mails = (say(1, "out", 1, f"Hello,\n\n{SEND}"), say(2, "out", 50, "Hello,\n\nhere is the image."))
    moves = look(*mails).ledger[0].moves
    texts = {m.id: m.text for m in mails}
    assert [m.quote for m in moves] == [SEND, "here is the image."]
    assert all(m.quote in texts[m.message_id or 0] for m in moves)


def test_a_partial_answer_closes_the_old_promise_and_opens_a_new_one(look: Look, say: Say) -> None:
    still = say(2, "out", 50, "We are still working on the image. I will update you on Friday.")
    old, new = look(say(1, "out", 1, SEND), still).ledger
    assert (old.state, new.state) == (PromiseState.MOVED, PromiseState.PENDING)
    assert old.moved_to == (2, new.start)


def test_a_second_promise_beside_the_first_does_not_take_its_place(look: Look, say: Say) -> None:
    also = say(2, "out", 20, "I will also send you the drawing on Friday.")
    assert look(say(1, "out", 1, SEND), also, hours=30).ledger[0].state is PromiseState.PENDING


def test_a_day_or_month_that_cannot_be_told_is_marked(look: Look, say: Say) -> None:
    entries = [
        look(say(1, "out", 1, f"I will send it on {d}."), hours=2).ledger[0] for d in ("06/07/2026", "26/07/2026")
    ]
    assert [e.ambiguous for e in entries] == [True, False]


def test_a_missed_promise_knows_what_was_promised_for_it(look: Look, say: Say) -> None:
    anew = say(2, "out", 72, "You will have the firmware image on Friday.")
    old = look(say(1, "out", 1, SEND), anew, hours=73).ledger[0]
    assert (old.state, old.moved_to is not None) == (PromiseState.MISSED, True)


def test_calling_one_thing_off_leaves_the_other(look: Look, say: Say) -> None:
    both = say(1, "out", 1, f"{SEND} Bastien will visit you on Thursday at 5 pm.")
    off = say(2, "out", 20, "We have to cancel the visit on Thursday.")
    states = [e.state for e in look(both, off, hours=30).ledger]
    assert states == [PromiseState.PENDING, PromiseState.WITHDRAWN]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I will send it tomorrow.", PromiseKind.FIRM),
        ("I hope to send it tomorrow.", PromiseKind.SOFT),
        ("If you send me the log, I will check it.", PromiseKind.CONDITIONAL),
        ("I will attend the review on Friday.", PromiseKind.ATTENDANCE),
    ],
)
def test_promises_are_of_four_kinds(look: Look, say: Say, text: str, kind: PromiseKind) -> None:
    assert look(say(1, "out", 1, text), hours=2).ledger[0].kind is kind


@pytest.mark.parametrize(
    ("text", "days"), [("I will get back to you.", 1), ("We will fix it.", 5), ("I hope to get back to you.", 2)]
)
def test_a_promise_without_a_time_gets_one_by_its_kind_of_work(
    look: Look, say: Say, at: At, text: str, days: int
) -> None:
    entry = look(say(1, "out", 0, text), hours=1).ledger[0]
    assert entry.assumed
    assert entry.due == at({1: 8.5, 2: 32.5, 5: 104.5}[days])


def test_today_said_after_hours_ends_at_midnight(look: Look, say: Say, at: At) -> None:
    entry = look(say(1, "out", 10, "I will send you the log today."), hours=11).ledger[0]
    assert (entry.due, entry.assumed) == (at(14 + 59 / 60), False)


@pytest.mark.parametrize(
    "text",
    [
        "Der neue Liefertermin ist der 15. Mai.",
        "Neuer Termin für den Austausch: Montag, 11. Mai.",
        "Morgen Vormittag bekommen Sie von mir die Auswertung.",
        "Nous nous engageons à rétablir l'export lundi.",
        "Nos comprometemos a restablecer la exportación el lunes.",
        "Comprometemo-nos a repor a exportação na segunda-feira.",
    ],
)
def test_commitments_are_heard_in_each_language(look: Look, say: Say, text: str) -> None:
    entry = look(say(1, "out", 1, text), hours=2).ledger[0]
    assert (entry.assumed, entry.quote) == (False, text)


def test_a_bill_that_falls_due_is_no_promise_of_ours(look: Look, say: Say) -> None:
    texts = ("Your invoice is due on Friday.", "Ihre Rechnung ist am Freitag fällig.")
    assert [look(say(1, "out", 1, t), hours=2).ledger for t in texts] == [(), ()]


def test_the_same_day_counts_from_the_day_its_condition_is_met(look: Look, say: Say, at: At) -> None:
    ours = say(1, "out", 0, "If you send me the log, I will send you the corrected firmware the same day.")
    theirs = say(2, "in", 24, "The log is attached.", attachments=1)
    (entry,) = look(ours, theirs, hours=25).ledger
    assert entry.due == at(24 + 8.5)


def test_two_promises_behind_a_number_are_two(look: Look, say: Say) -> None:
    text = "Our team will deliver the export by May 30. And if you send me the template, I will map the fields."
    assert [e.kind for e in look(say(1, "out", 0, text)).ledger] == [PromiseKind.FIRM, PromiseKind.CONDITIONAL]


def test_what_was_to_be_sent_may_be_told_in_the_mail_itself(look: Look, say: Say) -> None:
    ours = say(1, "out", 0, "I will send you the state of these five orders by 5 pm.")
    told = say(2, "out", 2, "State of the five: four are accepted since 13:55, the last one is refused with code 7021.")
    assert look(ours, told).ledger[0].state is PromiseState.KEPT


def test_work_of_an_unknown_kind_is_moved_by_a_new_date_whatever_else_is_told(look: Look, say: Say) -> None:
    first = say(1, "out", 0, "We will flash the six units by Wednesday 5 pm.")
    later = say(2, "out", 50, "The image is approved, but the server refuses your site. We will flash them on Friday.")
    assert [e.state for e in look(first, later).ledger] == [PromiseState.MOVED, PromiseState.PENDING]


def test_a_file_for_the_near_promise_leaves_the_far_one(look: Look, say: Say) -> None:
    text = "Our developers will deliver the planning screen by 22 May. I will send you the mapping by Wednesday 5 pm."
    kept = look(say(1, "out", 0, text), say(2, "out", 20, "Mapping attached.", attachments=1)).ledger
    assert [e.state for e in kept] == [PromiseState.PENDING, PromiseState.KEPT]


@pytest.mark.parametrize("text", ["I will be out on Thursday and Friday.", "We'll be travelling until Monday."])
def test_being_away_promises_nothing(look: Look, say: Say, text: str) -> None:
    assert look(say(1, "out", 0, text)).ledger == ()


@pytest.mark.parametrize(
    "text",
    [
        "The firmware image has been taken off this year's plan.",
        "I am sorry, the firmware image will not be delivered after all.",
        "Das Abbild der Firmware wird es leider nicht geben.",
        "L'image du firmware ne verra pas le jour.",
        "La imagen del firmware queda fuera del plan.",
        "Lamento, mas a imagem do firmware saiu do nosso plano deste ano.",
    ],
)
def test_a_plan_given_up_withdraws_it(look: Look, say: Say, text: str) -> None:
    ledger = look(say(1, "out", 0, SEND), say(2, "out", 20, text)).ledger
    assert [e.state for e in ledger] == [PromiseState.WITHDRAWN]


def test_a_promise_may_be_kept_in_a_thread_that_somebody_else_began(look: Look, say: Say) -> None:
    asked = say(1, "in", 0, "The return stops.", subject="Quarterly-return stops")
    promised = say(2, "out", 1, SEND, subject="Re: Quarterly-return stops")
    other = say(3, "out", 20, "The image is attached.", subject="Late quarterly-return", attachments=1)
    stranger = say(
        3, "out", 20, "The image is attached.", subject="Late quarterly-return", attachments=1, to=("z@z.example",)
    )
    states = [look(asked, promised, elsewhere=(m,)).ledger[0].state for m in (other, stranger)]
    assert states == [PromiseState.KEPT, PromiseState.MISSED]
