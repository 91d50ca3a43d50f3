"""Prefixes come off by a word list, repeated, in any language, with counters and without space."""

import pytest

from ingest.subject import subject_key


@pytest.mark.parametrize(
    "subject",
    [
        "Line 2 stops",
        "Re: Line 2 stops",
        "RE:Line 2 stops",
        "AW: WG: Re[3]: Line 2  stops",
        "Antw: Line 2 stops",
        "[support] Re: [ESC-4] Line 2 stops",
        "RES: ENC: line 2 stops",
        "Rép : Line 2 stops",
    ],
)
def test_prefixes_come_off(subject: str) -> None:
    assert subject_key(subject).text == "line 2 stops"


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [("Re: x", True, False), ("Fwd: x", False, True), ("WG: AW: x", True, True), ("Report: x", False, False)],
)
def test_prefixes_say_what_it_is(subject: str, reply: bool, forward: bool) -> None:
    key = subject_key(subject)
    assert (key.is_reply, key.is_forward) == (reply, forward)


def test_a_subject_of_prefixes_alone_keeps_its_last() -> None:
    assert subject_key("Re: Re:").text == "re:"
