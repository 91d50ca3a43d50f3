"""Mail by machines told from mail by people, in each shape and on real mail."""

import email
from collections import Counter
from pathlib import Path

import pytest

from bench.automatic import MACHINES, kind_of, messages
from config.words import MailKind
from ingest.automatic import HeaderView, automatic, header_view

PERSON: tuple[MailKind | None, str] = (None, "")
ANSWERED = {"in-reply-to": "<m1@us.example>"}


def kind(text: str = "The pump leaks.", **view: object) -> MailKind | None:
    """The kind of a mail by Ines with these parts of its view."""
    fields: dict[str, object] = {"subject": "Pump", "from_address": "ines@norvik.example", **view}
    return automatic(HeaderView(**fields), text)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["auto-replied", "Auto-Generated", "auto-notified; x=1", "AUTO-REPLIED (rejected); o=x"]
)
def test_auto_submitted_marks_an_automatic_reply(value: str) -> None:
    assert kind(headers={"auto-submitted": value}) is MailKind.AUTO_REPLY


@pytest.mark.parametrize("value", ["no", "No", " no (a person)", "no; x=1", ""])
def test_auto_submitted_no_marks_a_person(value: str) -> None:
    assert kind(headers={"auto-submitted": value}) is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("precedence", "BULK", MailKind.LIST),
        ("precedence", "junk", MailKind.LIST),
        ("precedence", "list", MailKind.LIST),
        ("precedence", "Auto_Reply", MailKind.AUTO_REPLY),
        ("precedence", "first-class", None),
        ("x-autoreply", "yes", MailKind.AUTO_REPLY),
        ("x-autoreply", "no", None),
        ("x-autorespond", "Re: Pump", MailKind.AUTO_REPLY),
        ("x-auto-response-suppress", "All", MailKind.AUTO_REPLY),
        ("x-auto-response-suppress", "DR, OOF", None),
        ("list-id", "Pumps <pumps.lists.example>", MailKind.LIST),
        ("list-unsubscribe", "<mailto:x@lists.example>", MailKind.LIST),
        ("list-post", "<mailto:x@lists.example>", MailKind.LIST),
        ("x-failed-recipients", "a@b.example", MailKind.BOUNCE),
    ],
)
def test_a_header_marks_the_kind(name: str, value: str, expected: MailKind | None) -> None:
    assert kind(headers={name: value}) is expected


def test_a_list_that_feeds_a_support_mailbox_says_nothing_about_the_writer() -> None:
    view = HeaderView({"list-id": "<help.us.example>", "precedence": "list", "list-post": "x"}, "Pump", "i@n.example")
    assert automatic(view, "It leaks.", frozenset({"help.us.example"})) == PERSON
    assert automatic(view, "It leaks.")[1] == "It came through the mailing list help.us.example (list_id)."


def test_an_absence_note_through_our_own_list_is_still_one() -> None:
    view = HeaderView({"list-id": "<help.us.example>"}, "Automatic reply: Pump", "i@n.example")
    assert automatic(view, "Away.", frozenset({"help.us.example"}))[0] is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Pump",
        "Out of Office",
        "Abwesenheitsnotiz: Re: [ESC-4] Pumpe",
        "Automatische Antwort: Pumpe",
        "Réponse automatique : Pompe",
        "Respuesta automática: Bomba",
        "Resposta automática: Bomba",
        "Risposta automatica: Pompa",
        "Automatisch antwoord: Pomp",
        "Odpowiedź automatyczna: Pompa",
        "Автоматический ответ: 17",
        "自动答复: 泵",
    ],
)
def test_the_subject_of_an_absence_note_is_known(subject: str) -> None:
    assert kind(subject=subject, text="ack. I am on leave.") is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until Monday. For urgent matters please contact Omar.",
        "Hello,\n\nthank you for your mail. I am on annual leave and will be back on 4 May.\n\nInes",
        "Guten Tag,\nich bin bis zum 4. Mai nicht im Büro. In dringenden Fällen wenden Sie sich an Omar.",
        "Bonjour,\nje suis absente jusqu'au 4 mai. En cas d'urgence, veuillez contacter Omar.",
        "Estoy fuera de la oficina hasta el 4 de mayo. Si es urgente, contacte con Omar.",
        "Estou de férias até 4 de maio. Em caso de urgência, contacte o Omar.",
        "Sono fuori ufficio fino al 4 maggio. Per urgenze contattare Omar.",
        "Ik ben niet op kantoor tot en met 4 mei. Voor dringende zaken kunt u Omar bellen.",
    ],
)
def test_an_absence_note_without_headers_is_known_by_its_first_sentences(text: str) -> None:
    quoted = f"{text}\n\nOn 4/5/26 10:00, Omar wrote:\n> Is it better?\n> {'x' * 2000}"
    assert kind(quoted, subject="Re: Pump", headers=ANSWERED) is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "I will be out of the office until Monday, can you repair the pump before?",
        "Your hotline seems to be on holiday. Nobody answers.",
        "The pump leaks. Call Omar, I am on leave." + " It leaks and leaks." * 80,
    ],
)
def test_a_person_who_mentions_an_absence_is_a_person(text: str) -> None:
    assert kind(text, subject="Re: Pump", headers=ANSWERED) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office hours nobody answers",
        "Re: Automatic reply: Pump",
        "Fwd: Undelivered Mail Returned to Sender",
        "Undeliverable pump",
        "Accepted: your offer 17",
        "Delivery failure of pump 17",
    ],
)
def test_a_subject_that_only_sounds_automatic_is_a_persons(subject: str) -> None:
    assert kind(subject=subject) is None


@pytest.mark.parametrize(
    "local", ["noreply", "no-reply", "donotreply", "jira-noreply", "nicht-antworten", "postmaster"]
)
def test_a_sender_that_takes_no_mail_is_a_machine(local: str) -> None:
    assert kind(from_address=f"{local}@norvik.example") is MailKind.AUTO_REPLY


def test_a_null_return_path_is_a_machines() -> None:
    assert kind(return_path="") is MailKind.AUTO_REPLY
    assert kind(return_path="", subject="Undeliverable: Pump") is MailKind.BOUNCE


def test_a_mail_server_bounces_whatever_else_it_says() -> None:
    assert kind(from_address="mailer-daemon@mx.example", headers={"auto-submitted": "auto-replied"}) is MailKind.BOUNCE
    assert kind(from_address="", headers={"from": "MAILER-DAEMON (Mail)"}) is MailKind.BOUNCE


PARTS = {
    "report; report-type=delivery-status": ("text/plain", MailKind.BOUNCE),
    "report; report-type=feedback-report": ("text/plain", MailKind.BOUNCE),
    "report; report-type=disposition-notification": ("text/plain", MailKind.AUTO_REPLY),
    "mixed": ("text/calendar; method=REPLY", MailKind.CALENDAR),
    "alternative": ("text/calendar; method=REQUEST", None),
}


@pytest.mark.parametrize(("top", "part", "expected"), [(top, *rest) for top, rest in PARTS.items()])
def test_the_form_marks_the_kind(top: str, part: str, expected: MailKind | None) -> None:
    raw = f"Content-Type: multipart/{top}; boundary=b\n\n--b\nContent-Type: {part}\n\nx\n--b--\n"
    assert automatic(header_view(email.message_from_string(raw), "Pump", "i@n.example"), "x")[0] is expected


def test_an_attached_bounce_does_not_make_a_persons_mail_one() -> None:
    inner = "Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\n\nfailed\n--c--\n"
    raw = f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    assert automatic(header_view(email.message_from_string(raw), "Is this yours?", "i@n.example"), "See.") == PERSON


@pytest.mark.parametrize(
    "name",
    ["cmd-ooo", "cmd-ooo-nohdr", "loop-auto-submitted", "loop-auto-submitted-odd", "loop-list", "loop-two-robots"],
)
def test_hostile_robots_are_known(shared: Path, name: str) -> None:
    assert kind_of(email.message_from_bytes((shared / "hostile" / f"{name}.eml").read_bytes()))[0] != "person"


def test_real_machines_and_people_are_told_apart_as_well_as_measured(shared: Path) -> None:
    wrong: Counter[str] = Counter()
    for group, message in messages(shared / "mail"):
        found = kind_of(message)[0]
        machine = found != "person" if group in MACHINES else found in ("bounce", "auto_reply")
        wrong[group] += machine != (group in MACHINES)
    assert wrong["sisimai bounces"] <= 3
    assert wrong["enron, two mailboxes"] <= 3
    assert wrong.total() <= 10
