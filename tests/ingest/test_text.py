"""Charsets and cleaning: nothing raises, nothing leaves that a text column refuses."""

import pytest

from ingest.text import clean, clean_line, codec_for, decode, decode_words


@pytest.mark.parametrize("charset", ["rot13", "zlib", "bz2", "hex", "base64", "uu", "quopri"])
def test_byte_codecs_of_python_are_no_charsets(charset: str) -> None:
    assert codec_for(charset) is None


@pytest.mark.parametrize("charset", ["idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape"])
def test_trick_codecs_of_python_are_no_charsets(charset: str) -> None:
    assert codec_for(charset) is None


@pytest.mark.parametrize("charset", ["", "x" * 5_000, "utf-8\x00", "../../etc", "utf 8"])
def test_strange_names_are_no_charsets(charset: str) -> None:
    assert codec_for(charset) is None


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", b"\x93quoted\x94 \x80", "“quoted” €"),
        ("gb2312", "漢字".encode("gb18030"), "漢字"),
        ("ISO-2022-JP", "日本語".encode("iso2022_jp"), "日本語"),
        ("ks_c_5601-1987", "한국어".encode("cp949"), "한국어"),
        ("utf-7", b"+AOQ-", "ä"),
        ("us-ascii", "Müller".encode(), "Müller"),
        ("utf-8", b"\xef\xbb\xbfhi", "hi"),
    ],
)
def test_charsets_of_real_mail_are_read(charset: str, data: bytes, text: str) -> None:
    assert decode(data, charset) == (text, True)


def test_text_of_an_unknown_charset_is_tried_as_utf8() -> None:
    assert decode("Größe".encode(), "x-nowhere") == ("Größe", False)


def test_latin_text_that_says_utf8_keeps_its_letters() -> None:
    assert decode("Größe für Käse".encode("cp1252"), "utf-8") == ("Größe für Käse", False)


def test_a_broken_byte_in_utf8_costs_only_itself() -> None:
    assert decode("Größe für Käse".encode() + b"\xff.", "utf-8") == ("Größe für Käse\ufffd.", False)


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "hz", "iso-2022-kr", "gb18030", "utf-7", "big5", "cp037"])
def test_no_bytes_make_a_codec_raise_or_leave_unclean_text(charset: str) -> None:
    text, _ = decode(bytes(range(256)) * 3 + b"\xd8\x00+2D0-", charset)
    text.encode("utf-8")
    assert "\x00" not in text


def test_body_text_keeps_tabs_and_gets_plain_line_ends() -> None:
    assert clean("a\tb\r\nc\rd\u2028e\x0bf") == "a\tb\nc\nd\ne\nf"


def test_body_text_loses_controls_and_surrogates() -> None:
    assert clean("a\x00b\x1b[31m\x9bc\ud83dd") == "ab[31mcd"


def test_a_line_loses_bidi_and_invisible_characters() -> None:
    assert clean_line("\u202eexe\u200b.\u2066txt\ufeff \r\n\x00 x") == "exe.txt x"


def test_a_line_is_bounded() -> None:
    assert clean_line("ä" * 5_000) == "ä" * 1_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("Re: =?utf-8?q?Gr=C3=B6=C3=9Fe_1?= ok", "Re: Größe 1 ok"),
        ("=?utf-8?b?R3LDtg==?=", "Grö"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=B6?=", "Grö"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        ("=?iso-8859-1*de?q?=E4?=", "ä"),
        ("=?utf-8?b?R3LDtg?= =?utf-8?b?x?=", "Grö"),
        ("=?idna?q?a=2Eb?=", "a.b"),
        ("=?rot13?q?npx?=", "npx"),
        ("=?iso-8859-1?q?Gr=F6ße?=", "Größe"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-7?q?+2D0-a?=", "a"),
        ("=?" * 5_000, "=?" * 5_000),
    ],
)
def test_words_are_decoded_as_far_as_they_can_be(value: str, text: str) -> None:
    assert decode_words(value) == text
