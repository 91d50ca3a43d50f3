"""Where a signature begins, and what only looks like one."""

import pytest

from ingest.newtext import split_new_text

SIGNATURES = {
    "delimiter": "-- \nInes Dahl\nPlant Manager",
    "delimiter without its space": "--\nInes Dahl\nPlant Manager",
    "closing formula and title": "Kind regards,\nInes Dahl\nPlant Manager, Norvik Pumps",
    "german": "Mit freundlichen Grüßen\n\nInes Dahl\nWerksleiterin\nNorvik Pumpen GmbH\nTel.: +49 30 1234567",
    "french": "Cordialement,\nInès Dahl\nDirectrice de production\nTél : 01 23 45 67 89",
    "name, title and number": "Ines Dahl\nPlant Manager\n+47 22 12 34 56\nines@norvik.example",
    "one line with bars": "Best,\nInes Dahl | Plant Manager | Norvik Pumps\n+47 22 12 34 56",
}


@pytest.mark.parametrize("block", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_is_told_apart_with_the_title_in_it(block: str) -> None:
    split = split_new_text(f"The pump leaks again.\n\n{block}\n\nOn 4/5/26 10:00, Omar wrote:\n> Better now?\n")
    assert split.text.startswith("The pump leaks again.")
    assert split.signature.split("\n")[0].startswith(("Ines Dahl", "Inès Dahl"))
    assert "Dahl" not in split.text


ADDED = [
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Holen Sie sich Outlook für Android",
]


@pytest.mark.parametrize("line", ADDED)
def test_a_line_of_the_mail_program_is_no_text(line: str) -> None:
    assert split_new_text(f"It leaks.\n\n{line}\n\nOn 4/5/26 10:00, Omar wrote:\n> Better?").text == "It leaks."


def test_a_legal_notice_is_no_text() -> None:
    notice = "This e-mail and any attachments are confidential and intended only for the addressee."
    assert split_new_text(f"It leaks.\n\n{notice}\nOur lawyers will sue.\n").text == "It leaks."


KEPT = [
    "It leaks.\n\nThanks,\nInes",
    "It leaks.\n\nThanks,\nInes\nWe will cancel on Friday",
    "It leaks.\n\nRegards,\nInes\n\nPS: Without a repair by Friday we cancel.",
    "Please call me:\n+47 22 12 34 56",
    "Our new address:\nNorvik Pumps\nHafengasse 1\n+47 22 12 34 56",
    "Sent from my desk, which is easier than the telephone.",
    "This email is our notice of termination as of 30 June.",
    "Option A\n--\nIt leaks and we want our money back, all of it, by the end of this month, and a letter as well.\n",
    "Ines Dahl\nPlant Manager\n+47 22 12 34 56",
]


@pytest.mark.parametrize("text", KEPT)
def test_the_writers_words_are_never_taken_for_a_signature(text: str) -> None:
    assert split_new_text(text).text == text.strip("\n")
