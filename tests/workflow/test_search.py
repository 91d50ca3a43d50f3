"""Search finds what was written, in other forms and spellings, by live filters, the best first."""

from datetime import timedelta

import pytest

from tests.workflow.desk import Desk
from tests.workflow.finder import Finder
from workflow.errors import Refused
from workflow.record import Post, add_comment, close
from workflow.search import Found


@pytest.fixture
def find(desk: Desk) -> Finder:
    """Search as a person, by default Lena."""
    return Finder(desk)


def test_a_mail_is_found_by_a_word_and_quoted(desk: Desk, find: Finder) -> None:
    find.mail("The controller drops out.\nWe wait for the report.", subject="Line 2")
    (hit,) = find("report").hits
    assert (hit.kind, hit.number, hit.title, hit.who, hit.account) == (
        "mail",
        desk.esc.number,
        "Line 2",
        "Ines Dahl",
        "Norvik",
    )
    assert "We wait for the report." in hit.quote


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("en", "You promised us an answer.", "promises"),
        ("de", "Die Rechnungen fehlen noch.", "Rechnung"),
        ("fr", "Le problème est résolu depuis hier.", "resolue"),
        ("es", "Las facturas están pendientes.", "factura"),
        ("pt", "A reclamação não foi respondida.", "reclamações"),
    ],
)
def test_another_form_is_found_in_each_language(find: Finder, language: str, text: str, asked: str) -> None:
    find.mail(text, language=language)
    assert find(asked).total == 1


def test_a_phrase_is_found_only_as_written(find: Finder) -> None:
    find.mail("We will cancel the contract.", subject="a")
    find.mail("The contract: cancel it we will.", subject="b")
    assert find.titles('"cancel the contract"') == ["a"]
    assert find('"cancels the contract"').total == 0


def test_what_must_not_be_there_is_left_out(find: Finder) -> None:
    find.mail("report and invoice", subject="a")
    find.mail("report alone", subject="b")
    assert find.titles("report -invoice") == ["b"]


def test_an_order_number_is_found_by_its_parts_and_as_a_whole(find: Finder) -> None:
    find.mail("about PO-4711/B")
    assert [find(asked).total for asked in ("po-4711", "4711", '"4711 B"', "PO-4712")] == [1, 1, 1, 0]


def test_a_comment_a_closeout_and_a_title_are_found(desk: Desk, find: Finder) -> None:
    add_comment(desk.session, desk.by(), desk.esc, "The flange is cracked.")
    close(desk.session, desk.by(), desk.esc, Post("a cracked flange", "replaced it"))
    find.mail("hello", subject="Flange cracked again")
    assert {hit.kind for hit in find("flange cracked").hits} == {"comment", "closeout", "mail"}
    assert [hit.kind for hit in find("flange kind:closeout").hits] == ["closeout"]


def test_the_sender_is_found_by_name_address_and_domain(find: Finder) -> None:
    find.mail("one", subject="a")
    find.mail("two", subject="b", from_name="Karl Meier", from_address="karl@norvik.example")
    assert find.titles("from:karl") == ["b"]
    assert find.titles("from:ines@norvik.example") == ["a"]
    assert find("from:norvik.example").total == 2
    assert find.titles('from:"ines dahl" from:nobody') == ["a"]


def test_filters_go_by_the_live_record(desk: Desk, find: Finder) -> None:
    find.mail("report")
    assert [
        find(f"report {f}").total for f in ("state:open", "owner:@lena", "owner:me", "sev:2", "account:norvik")
    ] == [1] * 5
    assert find("state:open").total == 1
    desk.says_one("ack")
    desk.says_one("assign @bob.stone")
    assert [find(f"report {f}").total for f in ("state:open", "owner:@lena.vogt", "owner:nobody", "sev:1")] == [0] * 4
    assert find("report state:acknowledged owner:@bob.stone priority:medium").total == 1


def test_an_unknown_customer_or_person_is_refused(find: Finder) -> None:
    with pytest.raises(Refused, match="no customer called 'acme'"):
        find("report account:acme")
    with pytest.raises(Refused, match="nobody called @zoe"):
        find("report owner:@zoe")


def test_days_bound_what_is_found(desk: Desk, find: Finder) -> None:
    find.mail("report", subject="old", sent_at=desk.now - timedelta(days=40))
    find.mail("report", subject="new")
    assert find.titles("report before:30d") == ["old"]
    assert find.titles("report after:30d") == ["new"]


def test_the_newer_of_two_alike_comes_first_and_the_title_counts_most(desk: Desk, find: Finder) -> None:
    find.mail("the valve", subject="old", sent_at=desk.now - timedelta(days=200))
    find.mail("the valve", subject="new")
    find.mail("hello", subject="valve", sent_at=desk.now - timedelta(days=100))
    assert find.titles("valve") == ["valve", "new", "old"]


def test_pages_follow_each_other(desk: Desk, find: Finder) -> None:
    for n in range(5):
        find.mail("valve", subject=str(n), sent_at=desk.now - timedelta(days=n))
    first, second = find("valve", limit=2), find("valve", limit=2, offset=2)
    assert ([h.title for h in (*first.hits, *second.hits)], first.total) == (["0", "1", "2", "3"], 5)


def test_a_slip_is_mended_by_the_words_there_are(find: Finder) -> None:
    find.mail("the controller is broken")
    found = find("contorller brokne")
    assert found.total == 1
    assert found.instead == (("contorller", "controller"), ("brokne", "broken"))


def test_a_right_word_is_not_mended_while_it_finds_something(find: Finder) -> None:
    find.mail("a meter", subject="a")
    find.mail("a metre", subject="b")
    assert find.titles("meter") == ["a"]


def test_words_of_texts_one_may_not_see_are_no_advice(desk: Desk, find: Finder) -> None:
    find.mail("the controller is broken")
    assert find("contorller", desk.stan) == Found((), 0)
