"""S3: who counts as senior and new, what words about management mean, and each guard."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.policy import Policy
from config.titles import seniority
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg, Party

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
Find = Callable[..., Finding | None]
COO = Party("hv@acme.example", "Harlan Voss", title="Chief Operating Officer", title_source="directory")


@pytest.fixture
def find(policy: Policy, tell: Tell, at: At) -> Find:
    def run(*messages: Msg, hours: float = 24, **more: Any) -> Finding | None:
        found = evaluate(tell(*messages, **more), policy, at(hours)).findings
        return next((f for f in found if f.signal is Signal.EXECUTIVE_VISIBILITY), None)

    return run


def level(finding: Finding | None) -> Level:
    return finding.level if finding else Level.CLEAR


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Chief Operating Officer", 3), ("Owner", 3), ("PDG", 3), ("Inhaber", 3),
        ("Head of IT", 2), ("VP Operations", 2),
        ("Geschäftsführerin", 2), ("Directrice générale", 2), ("diretora-geral", 2), ("Director of Sales", 1),
        ("Executive Assistant to the CEO", 0), ("Account Executive", 0), ("Plant Manager", 0),
        ("Product Owner", 0), ("", 0),
    ],
)  # fmt: skip
def test_titles_have_their_seniority(title: str, expected: int) -> None:
    assert seniority(title) == expected


def test_a_senior_person_newly_in_copy_raises(find: Find, say: Say) -> None:
    mails = (
        say(1, "in", 0, "Which setting rounds?"),
        say(2, "in", 1, "Two remain, they are attached.", cc=(COO.address,)),
    )
    finding = find(*mails, parties={COO.address: COO})
    assert finding is not None
    assert (finding.level, finding.message_id) == (Level.RAISED, 2)
    assert finding.features["header"] == "cc + Harlan Voss (Chief Operating Officer)"
    assert finding.quote == "Two remain, they are attached."


def test_one_who_writes_is_critical(find: Find, say: Say) -> None:
    mail = say(
        1, "in", 0, "I run Acme. Why does it stand still?\n\nPippa Gaunt\nManaging Director", author="pg@acme.example"
    )
    assert level(find(mail)) is Level.CRITICAL


def test_one_in_copy_who_then_writes_is_critical(find: Find, say: Say) -> None:
    mails = (
        say(1, "in", 0, "Which setting rounds?", cc=(COO.address,)),
        say(2, "in", 5, "What is going on?", author=COO.address),
    )
    assert level(find(*mails, parties={COO.address: COO})) is Level.CRITICAL


def test_who_was_on_the_accounts_mail_lately_is_not_new(find: Find, say: Say, at: At) -> None:
    mail = say(1, "in", 0, "Which setting rounds?", cc=(COO.address,))
    lately, long_ago = ({COO.address: at(0) - timedelta(days=d)} for d in (89, 91))
    parties = {COO.address: COO}
    assert level(find(mail, parties=parties, seen_before=lately)) is Level.CLEAR
    assert level(find(mail, parties=parties, seen_before=long_ago)) is Level.RAISED


def test_an_owner_who_is_our_regular_contact_is_no_news(find: Find, say: Say) -> None:
    owner = Party("cus@acme.example", "Cus", title="Owner", title_source="directory")
    mail = say(1, "in", 0, "Which setting rounds?\n\nCus Tomer\nOwner")
    assert level(find(mail, parties={owner.address: owner})) is Level.CLEAR


def test_the_directory_outranks_the_signature(find: Find, say: Say) -> None:
    clerk = Party("cus@acme.example", "Cus", title="Clerk", title_source="directory")
    mail = say(1, "in", 0, "Which setting rounds?\n\nCus Tomer\nCEO")
    assert level(find(mail, parties={clerk.address: clerk})) is Level.CLEAR


@pytest.mark.parametrize("text", ["I am the managing director.", "I run this company.", "I run Severn Gate."])
def test_the_directory_outranks_what_somebody_says_of_themselves(find: Find, say: Say, text: str) -> None:
    clerk = Party("cus@acme.example", "Cus", title="Clerk", title_source="directory")
    assert level(find(say(1, "in", 0, text), parties={clerk.address: clerk})) is Level.CLEAR
    assert level(find(say(1, "in", 0, text))) is Level.CRITICAL


def test_the_directory_outranks_the_signature_of_who_joins(find: Find, say: Say) -> None:
    clerk = Party("cl@acme.example", "Cleo", title="Clerk", title_source="directory")
    mails = say(1, "in", 0, "It leaks."), say(2, "in", 9, "It drips.\n\nCleo Lerk\nCEO", author=clerk.address)
    assert level(find(*mails, parties={clerk.address: clerk})) is Level.CLEAR
    assert level(find(*mails)) is Level.CRITICAL


@pytest.mark.parametrize(
    "text", ["In copy is our managing director, Ida Moor.", "I am copying our art director, Dana Roth."]
)
def test_who_is_not_the_one_named_or_not_senior_is_no_executive(find: Find, say: Say, text: str) -> None:
    mails = say(1, "in", 0, "It leaks."), say(2, "in", 1, text, cc=("dana.roth@acme.example",))
    assert level(find(*mails)) < Level.RAISED


def test_the_crm_outranks_what_a_mail_says_of_somebody(find: Find, say: Say) -> None:
    text = "In copy is our managing director, Dana Roth."
    clerk = Party("dana.roth@acme.example", "Dana Roth", title="Clerk", title_source="crm")
    mails = say(1, "in", 0, "It leaks."), say(2, "in", 1, text, cc=(clerk.address,))
    assert level(find(*mails, parties={clerk.address: clerk})) < Level.RAISED
    assert level(find(*mails)) is Level.RAISED


def test_whom_we_write_to_of_our_own_accord_has_not_joined(find: Find, say: Say) -> None:
    ours = say(1, "out", 0, "Here is the minute of our review.", to=(COO.address,))
    assert level(find(ours, parties={COO.address: COO})) is Level.CLEAR


def test_someone_introduced_as_the_boss_counts_though_nobody_knows_the_title(find: Find, say: Say) -> None:
    mail = say(
        1,
        "in",
        0,
        "Ponho em cópia a nossa diretora-geral, a Dra. Leonor Bragança, que me pediu isto.",
        cc=("leonor.braganca@acme.example",),
    )
    assert level(find(mail)) is Level.RAISED


def test_our_own_top_pulled_in_by_the_customer_raises(find: Find, say: Say) -> None:
    boss = Party("boss@us.example", "Arvind", ours=True, title="Chief Executive Officer")
    theirs = say(2, "in", 1, "I have copied Mr. Mosur.", cc=(boss.address,))
    ours = say(2, "out", 1, "I have copied Mr. Mosur.", cc=(boss.address,))
    first = say(1, "in", 0, "Which setting rounds?")
    assert level(find(first, theirs, parties={boss.address: boss})) is Level.RAISED
    assert level(find(first, ours, parties={boss.address: boss})) is Level.CLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Do I have to take it to your CEO?",
        "I am going to escalate this to your managing director.",
        "Ich werde mich an Ihre Geschäftsführung wenden.",
        "Je vais écrire à votre direction générale.",
        "Voy a escribir a su director general.",
        "Vou escrever ao vosso diretor-geral.",
        "This has to end up in front of your managing director.",
        "I want your CEO to hear of it.",
        "Das gehört auf den Tisch Ihres Geschäftsführers.",
        "Que ce dossier monte jusqu'à votre directrice générale.",
        "Que esto suba hasta su directora general.",
        "Que isto chegue ao vosso diretor-geral.",
    ],
)
def test_threatening_with_our_top_raises(find: Find, say: Say, text: str) -> None:
    assert level(find(say(1, "in", 0, text))) is Level.RAISED


@pytest.mark.parametrize(
    "text",
    [
        "Please put me in touch with your manager.",
        "Who can I talk to above you?",
        "Could your supervisor call me back?",
        "Bitte nennen Sie mir Ihre Vorgesetzte.",
        "I want to speak to a supervisor.",
        "Merci de me mettre en relation avec votre responsable.",
        "Ich möchte mit Ihrem Vorgesetzten sprechen.",
        "Quiero hablar con su jefe.",
        "Quero falar com o seu gerente.",
    ],
)
def test_asking_for_a_manager_is_worth_watching(find: Find, say: Say, text: str) -> None:
    assert level(find(say(1, "in", 0, text))) is Level.WATCH


@pytest.mark.parametrize(
    "text",
    [
        "Our account executive at the bank asked about the VPN. Does it work?",
        "Please send it to our office manager.",
        "The terminal where I run the twisted object prints a list.",
        "When I run the following command all is well.",
        "You did a great job as CEO.",
        "The password manager is broken.",
        "Which setting rounds?\n\nBea Nolle\nExecutive Assistant to the Chief Executive Officer",
        "Gibt es eine Reihenfolge?\n\nGundula Terhorst\nSeilerei GmbH\nGeschäftsführer: Tilman Ostkamp",
        "Sont-elles compatibles ?\n\nNadège Pell\nService des urgences\nDirection des soins",
    ],
)
def test_what_only_sounds_like_an_executive_is_quiet(find: Find, say: Say, text: str) -> None:
    assert level(find(say(1, "in", 0, text))) is Level.CLEAR


def test_an_absence_note_that_names_the_top_is_a_machines(find: Find, say: Say) -> None:
    note = say(1, "in", 0, "Please contact our Chief Executive Officer.", automatic=True, cc=(COO.address,))
    assert level(find(note, parties={COO.address: COO})) is Level.CLEAR


def test_it_fades_over_weeks(find: Find, say: Say) -> None:
    mail = say(1, "in", 0, "Which setting rounds?", cc=(COO.address,))
    levels = [level(find(mail, parties={COO.address: COO}, hours=24 * d)) for d in (1, 20, 60)]
    assert levels == [Level.RAISED, Level.WATCH, Level.CLEAR]
