"""Raw header fields: order, folding, and what makes a header unreadable."""

from ingest.replies.fields import MOST_BYTES, Field, header_fields


def test_fields_come_in_order_with_repeats() -> None:
    assert header_fields(b"A: 1\r\nB: 2\r\na: 3\r\n\r\nC: 4\r\n") == (
        Field("a", " 1"),
        Field("b", " 2"),
        Field("a", " 3"),
    )


def test_a_folded_value_is_one_value() -> None:
    assert header_fields(b"A: 1\r\n\t2\r\n 3\r\n\r\n") == (Field("a", " 1\t2 3"),)


def test_a_lone_carriage_return_starts_a_field() -> None:
    assert [f.name for f in header_fields(b"From: a@b.c\rFrom: d@e.f\r\n\r\n")] == ["from", "from"]


def test_blanks_before_the_colon_hide_no_field() -> None:
    assert [f.name for f in header_fields(b"From : a@b.c\r\nFROM\t: d@e.f\r\n\r\n")] == ["from", "from"]


def test_an_mbox_line_is_no_field() -> None:
    assert header_fields(b"From x@y Mon May  4\nA: 1\n\n") == (Field("a", " 1"),)


def test_a_line_that_is_no_field_makes_all_unreadable() -> None:
    assert header_fields(b"A: 1\r\nno field here\r\nB: 2\r\n\r\n") == ()


def test_a_header_without_end_is_not_searched() -> None:
    assert header_fields(b"A: 1\r\n" * MOST_BYTES) == ()


def test_a_mail_of_a_header_alone_is_read() -> None:
    assert header_fields(b"A: 1\r\nB: 2") == (Field("a", " 1"), Field("b", " 2"))
