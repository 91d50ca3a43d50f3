"""Files of text are read for search; others are not."""

import pytest

from ingest.filetext import READ_BYTES, file_text


@pytest.mark.parametrize(
    ("name", "kind", "body", "text"),
    [
        ("a.txt", "text/plain", "Größe".encode(), "Größe"),
        ("a.txt", "text/plain", "Größe".encode("cp1252"), "Größe"),
        ("a.txt", "text/plain", "Größe".encode("utf-16"), "Größe"),
        ("a.csv", "text/csv; charset=utf-8", b"a;b\n1;2", "a;b\n1;2"),
        ("a.json", "application/json", b'{"a": "b"}', '{"a": "b"}'),
        ("a.log", "application/octet-stream", b"error 307", "error 307"),
        ("a.pdf", "application/pdf", b"%PDF-1.7 text", ""),
        ("a.bin", "application/octet-stream", b"text", ""),
        ("a.txt", "text/plain", b"\x00\x01\x02", ""),
    ],
)
def test_read(name: str, kind: str, body: bytes, text: str) -> None:
    assert file_text(name, kind, body) == text


def test_html_is_read_as_a_reader_sees_it() -> None:
    page = b"<style>x</style><p>Hello <b>there</b></p><script>evil()</script>"
    assert file_text("a.html", "text/html", page).strip() == "Hello there"


def test_a_long_file_is_read_by_its_beginning() -> None:
    assert len(file_text("a.txt", "text/plain", b"x" * (READ_BYTES + 9))) == READ_BYTES
