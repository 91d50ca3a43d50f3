"""A customer's plain word that a matter is settled is known in five languages; doubts, questions and hopes are not."""

import pytest

from config.settled import says_settled


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("It works again, thank you.", "en"),
        ("You can close the ticket.", "en"),
        ("We sign off on this.", "en"),
        ("All good from our side.", "en"),
        ("We have had no further issues since Monday.", "en"),
        ("Please close this case.", "en"),
        ("Wir haben getestet, es läuft wieder stabil.", "de"),
        ("Das Problem ist behoben.", "de"),
        ("Sie können das Ticket schließen.", "de"),
        ("Le problème est résolu.", "fr"),
        ("Ça marche à nouveau, merci.", "fr"),
        ("Vous pouvez clôturer le ticket.", "fr"),
        ("El problema está resuelto.", "es"),
        ("Pueden cerrar el caso.", "es"),
        ("O problema foi resolvido.", "pt"),
        ("Podem encerrar o chamado.", "pt"),
    ],
)
def test_settled(sentence: str, language: str) -> None:
    assert says_settled(sentence, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("It is not fixed.", "en"),
        ("It isn't resolved.", "en"),
        ("Is it fixed?", "en"),
        ("Once it is fixed, tell us.", "en"),
        ("Please confirm that it is fixed.", "en"),
        ("It works now, but only on line 2.", "en"),
        ("You said it was fixed.", "en"),
        ("Thank you for the call.", "en"),
        ("Es ist noch nicht behoben.", "de"),
        ("Wenn es behoben ist, melden wir uns.", "de"),
        ("Ce n'est pas résolu.", "fr"),
        ("Todavía no está resuelto.", "es"),
        ("Quando for resolvido, avisem.", "pt"),
        ("It works again. " * 40, "en"),
    ],
)
def test_not_settled(sentence: str, language: str) -> None:
    assert not says_settled(sentence, language)
