"""`link` keeps web addresses only, written so that nobody is led astray; `unlink` takes them off."""

import pytest

from tests.workflow.desk import Desk
from workflow.errors import Refused
from workflow.fields import MOST_LINKS, clean_link

WIKI = "https://wiki.example/pumps?id=7#top"


def test_it_is_kept_in_order(desk: Desk) -> None:
    desk.says(f"link {WIKI}\nlink: <http://status.example:8080/>")
    assert desk.esc.links == [WIKI, "http://status.example:8080/"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("HTTPS://Wiki.Example/A", "https://wiki.example/A"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
    ],
)
def test_an_address_is_written_as_it_is_reached(said: str, kept: str) -> None:
    assert clean_link(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://files.example/x",
        "https:///nowhere",
        "https://",
        "www.wiki.example",
        'https://wiki.example/"onclick=x',
        "https://wiki.example/<script>",
        "https://wiki.example/\u202egnp.exe",
        "https://wiki.example:99999/",
        "https://user:secret@wiki.example/",
        "https://wiki.example/" + "x" * 2_000,
    ],
)
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(Refused):
        clean_link(said)


def test_the_refusal_names_what_is_taken(desk: Desk) -> None:
    assert "write it whole, as in `link https://wiki.example/pumps`" in desk.refused("link www.wiki.example")
    assert "without what stands before the @" in desk.refused("link https://me:pw@wiki.example/")


def test_one_that_is_there_already_and_one_too_many_are_refused(desk: Desk) -> None:
    desk.says_one(f"link {WIKI}")
    assert "already" in desk.refused(f"link {WIKI}")
    desk.esc.links = [f"https://wiki.example/{n}" for n in range(MOST_LINKS)]
    assert f"has {MOST_LINKS} links" in desk.refused(f"link {WIKI}")


@pytest.mark.parametrize("which", ["1", "#1", WIKI])
def test_unlink_takes_it_off_by_number_or_address(desk: Desk, which: str) -> None:
    desk.says_one(f"link {WIKI}")
    assert desk.says_one(f"unlink {which}") == f"{WIKI} is taken off {desk.esc.number}."
    assert (desk.esc.links, desk.audit("links")) == ([], [(None, WIKI), (WIKI, None)])


def test_unlink_of_none_lists_what_there_is(desk: Desk) -> None:
    assert "It has none" in desk.refused("unlink 1")
    desk.says_one(f"link {WIKI}")
    assert f"`unlink 1` for {WIKI}" in desk.refused("unlink 2")


def test_undo_takes_back_the_last_one_only(desk: Desk) -> None:
    desk.says(f"link {WIKI}\nlink https://status.example/")
    desk.says_one("undo")
    assert desk.esc.links == [WIKI]


@pytest.mark.parametrize("text", ["Link is broken, please check the page.", "Links do not work any more."])
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    desk.says(text)
    assert (desk.esc.links, desk.audit("links")) == ([], [])
