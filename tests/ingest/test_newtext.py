"""New text against quotes, in the shapes that mail programs make, and on real mail."""

import email
import sys
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bench.newtext import cases, own_words, table, text_of
from ingest.newtext import new_text, split_new_text

HEADS = {
    "gmail en": "On Tue, May 5, 2026 at 9:14 AM Ines Dahl <ines@norvik.example> wrote:",
    "gmail wrapped": "On Tue, May 5, 2026 at 9:14 AM Ines Dahl, Norvik Pumps <\nines@norvik.example> wrote:",
    "gmail de": "Am Di., 5. Mai 2026 um 09:14 Uhr schrieb Ines Dahl <ines@norvik.example>:",
    "gmail fr": "Le mar. 5 mai 2026 à 09:14, Ines Dahl <ines@norvik.example> a écrit :",
    "gmail es": "El mar, 5 may 2026 a las 9:14, Ines Dahl (<ines@norvik.example>) escribió:",
    "gmail pt": "Em ter., 5 de mai. de 2026 às 09:14, Ines Dahl <ines@norvik.example> escreveu:",
    "gmail it": "Il giorno mar 5 mag 2026 alle ore 09:14 Ines Dahl <ines@norvik.example> ha scritto:",
    "gmail nl": "Op di 5 mei 2026 om 09:14 schreef Ines Dahl <ines@norvik.example>:",
    "gmail pl": "wt., 5 maj 2026 o 09:14 Ines Dahl <ines@norvik.example> napisał(a):",
    "gmail sv": "Den tis 5 maj 2026 kl 09:14 skrev Ines Dahl <ines@norvik.example>:",
    "gmail ja": "2026年5月5日(火) 9:14 Ines Dahl <ines@norvik.example>:",
    "gmail zh": "Ines Dahl <ines@norvik.example> 于2026年5月5日周二 上午9:14写道：",
    "apple fr, three lines": "Le 5 mai 2026 à 09:14, Ines Dahl, Norvik Pumps\n<ines@norvik.example>\na écrit :",
    "name first de": "Ines Dahl <ines@norvik.example> schrieb am Di., 5. Mai\n2026 um 09:14 Uhr:",
    "zoho": "---- On Tue, 05 May 2026 09:14:11 +0200 Ines Dahl <ines@norvik.example> wrote ----",
    "outlook en": "From: Ines Dahl <ines@norvik.example>\nSent: Tuesday, May 5, 2026 9:14 AM\nTo: Help\nSubject: Pump",
    "outlook de": "Von: Ines Dahl\nGesendet: Dienstag, 5. Mai 2026 09:14\nAn: Hilfe\nBetreff: Pumpe",
    "outlook fr": "De : Ines Dahl\nEnvoyé : mardi 5 mai 2026 09:14\nÀ : Aide\nObjet : Pompe",
    "outlook es": "De: Ines Dahl\nEnviado el: martes, 5 de mayo de 2026 9:14\nPara: Ayuda\nAsunto: Bomba",
    "outlook pt": "De: Ines Dahl\nEnviada em: terça-feira, 5 de maio de 2026 09:14\nPara: Ajuda\nAssunto: Bomba",
    "outlook it": "Da: Ines Dahl\nInviato: martedì 5 maggio 2026 09:14\nA: Aiuto\nOggetto: Pompa",
    "outlook nl": "Van: Ines Dahl\nVerzonden: dinsdag 5 mei 2026 09:14\nAan: Hulp\nOnderwerp: Pomp",
    "outlook mobile": "________________________________\nFrom: Ines <i@n.example>\nSent: Tuesday\nTo: Help\nSubject: P",
    "outlook bold": "*From:* Ines Dahl <i@n.example>\n*Sent:* Tuesday 9:14\n*To:* Help <h@s.example>\n*Subject:* Pump",
    "outlook spaced": "From: Ines Dahl <i@n.example>\n\nSent: Tuesday 9:14\n\nTo: Help <h@s.example>\n\nSubject: Pump",
    "divider en": "-----Original Message-----\nFrom: Ines Dahl\nSent: Tuesday\nTo: Help\nSubject: Pump",
    "divider de": "-----Ursprüngliche Nachricht-----\nVon: Ines Dahl\nGesendet: Dienstag\nAn: Hilfe\nBetreff: Pumpe",
    "divider yahoo": "----- Original Message -----\nFrom: Ines Dahl\nTo: Help\nSent: Tuesday\nSubject: Pump",
    "groupwise": ">>> Ines Dahl <ines@norvik.example> 5/5/26 9:14 AM >>>",
    "ticket system": "##- Please type your reply above this line -##",
}
"""What stands above the quoted mail."""


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_an_answer_above_the_quote_is_all_that_is_new(head: str) -> None:
    split = split_new_text(
        f"We still wait.\n\nThe line stands.\n\n{head}\n\nThe pump is on its way.\n\nIt arrives today.\n"
    )
    assert split.text == "We still wait.\n\nThe line stands."
    assert not split.forwarded


@pytest.mark.parametrize("head", [text for name, text in HEADS.items() if name.startswith(("gmail", "apple", "name"))])
def test_an_answer_below_marked_lines_is_kept(head: str) -> None:
    assert new_text(f"{head}\n> Has the pump come?\n>\n> Omar\n\nNo, it has not.\n") == "No, it has not."


def test_answers_between_quoted_lines_are_kept_apart() -> None:
    text = "On 5/5/26 09:14, Omar wrote:\n> Has it come?\n\nNo.\n\n> Shall I call?\nYes, today.\n> Omar\n"
    assert new_text(text) == "No.\n\nYes, today."


def test_the_rest_of_a_wrapped_quoted_line_is_quoted() -> None:
    long = "> the pump that you sent to us in the first week of this very long month has"
    assert new_text(f"No.\n\n{long}\nnot arrived in our\n> plant\n") == "No."


def test_a_short_answer_right_below_a_question_is_not_taken_for_its_rest() -> None:
    question = "> Can we agree that the pump is delivered to the plant by Friday at noon?"
    assert new_text(f"On 5/5/26 09:14, Omar wrote:\n{question}\nYes.\n> Omar") == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote:\n\nthe pump is broken.\n\nNobody came.",
        "The dates are:\n\nFrom: 4 May\nTo: 8 May\nDate of return: 9 May\n\nPlease confirm.",
        "Note:\nthe ratio is 3:1 at 10:30.\n\nWhat now?",
        "The log says:\n\n-----\nerror: pump\n-----\n\nWhat now?",
        "We wait.\n\n---------- is what the display shows.\n\nWhat now?",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert new_text(text) == text


FORWARDS = {
    "gmail": "---------- Forwarded message ---------\nFrom: Ines <i@n.example>\nDate: Tue, 5 May\nSubject: P\nTo: H",
    "apple": "Begin forwarded message:\n\nFrom: Ines Dahl <i@n.example>\nSubject: Pump\nDate: 5 May 2026\nTo: Help",
    "de": "-------- Weitergeleitete Nachricht --------\nBetreff: Pumpe\nDatum: Tue, 5 May\nVon: Ines\nAn: Hilfe",
    "fr": "---------- Message transféré ----------\nDe : Ines Dahl\nDate : mar. 5 mai\nObjet : Pompe\nÀ : Aide",
    "outlook": "From: Ines Dahl <i@n.example>\nSent: Tuesday\nTo: Help <h@s.example>\nSubject: Pump",
}


@pytest.mark.parametrize("head", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_forward_without_own_words_passes_on_its_content_and_owns_nothing(head: str) -> None:
    split = split_new_text(f"\n{head}\n\nThe pump is broken.\n\nIt leaks.\n")
    assert (split.text, split.passed_on, split.forwarded) == ("", "The pump is broken.\n\nIt leaks.", True)


def test_a_forward_of_a_forward_passes_on_the_first_words_found() -> None:
    split = split_new_text(f"{FORWARDS['gmail']}\n\n{FORWARDS['de']}\n\nEs tropft.\n\n{HEADS['outlook de']}\n\nAlt.")
    assert split.passed_on == "Es tropft."


def test_a_forward_with_own_words_keeps_only_them() -> None:
    split = split_new_text(f"Who takes this?\n\n{FORWARDS['gmail']}\n\nThe pump is broken.")
    assert (split.text, split.passed_on, split.forwarded) == ("Who takes this?", "", True)


def test_an_empty_answer_above_our_own_mail_owns_nothing() -> None:
    assert new_text(f"\n\n{HEADS['gmail en']}\n\nack\nclose\n") == ""


def test_a_warning_of_the_mail_server_is_left_out() -> None:
    text = "CAUTION: This email originated from outside of the organization.\nDo not click.\n\nThe pump leaks.\n"
    assert new_text(text) == "The pump leaks."


def test_every_line_is_one_of_the_input() -> None:
    text = f"  Two  spaces.\t\n\n\n- a list\n\n{HEADS['gmail en']}\n> x\n\nBelow. \n"
    lines = text.split("\n")
    assert all(line in lines for line in split_new_text(text).text.split("\n"))


@pytest.mark.parametrize("text", ["", "\n\n", ">", "> quoted only", "--", ":", "From:", "\r\n"])
def test_texts_without_words_do_no_harm(text: str) -> None:
    assert new_text(text).strip() in ("", text.strip())


def _work(run: Callable[[], object]) -> int:
    """How many Python lines and calls a run takes: unlike the time, the same on every machine."""
    events = 0

    def count(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal events
        events += 1
        return count

    sys.settrace(count)
    try:
        run()
    finally:
        sys.settrace(None)
    return events


HOSTILE = {
    "colons": "a1@b:\n",
    "labels": "From: a\nTo: b\nDate: c\n\n",
    "label": "From: x\n",
    "quotes": "> a\nb\n",
    "open attributions": "On 1.1.2020 12:30 <a@b\n",
    "attributed quotes": "x wrote:\n\n> a\n",
    "dividers": "---------- Forwarded message ---------\nFrom: a\n",
    "delimiters": "-- \n",
    "names": "Ann Bee\n\n",
    "telephones": "Tel +49 30 123456\n",
    "one line": "On 1.1.2020 <a@b> wrote:",
    "dashes": "-",
    "marks": ">",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_twice_the_hostile_text_is_no_more_than_twice_the_work(piece: str) -> None:
    small, large = piece * (4_000 // len(piece)), piece * (8_000 // len(piece))
    assert _work(lambda: split_new_text(large)) <= 2.2 * _work(lambda: split_new_text(small)) + 2_000


def test_hostile_bodies_split_with_bounded_work(shared: Path) -> None:
    for path in sorted((shared / "hostile").glob("body-*.eml")):
        text = text_of(_read(path))[:64_000]
        assert _work(lambda text=text: split_new_text(text)) < 60 * len(text), path.name  # type: ignore[misc]


def _read(path: Path) -> Message:
    return email.message_from_bytes(path.read_bytes())


FLOORS = {
    "reply_trimmer": 0.955,
    "talon": 0.99,
    "mail_parser_reply": 0.99,
    "quagga ASF": 0.98,
    "quagga Enron": 0.96,
    "quagga lines": 0.96,
    "discourse": 0.99,
}
"""Line F1 on real mail, a little under what is measured."""


def test_new_text_of_real_mail_stays_as_good_as_measured(shared: Path) -> None:
    measured = table(list(cases(shared / "mail")), own_words)
    assert {source: f1 for source, (_, _, _, f1, _) in measured.items() if f1 < FLOORS.get(source, 0)} == {}
