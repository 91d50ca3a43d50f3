"""winmail.dat: files and text come out, a broken one stays a plain attachment."""

from pathlib import Path

import pytest

from config.settings import Limits
from ingest.read import attachment_bytes, read_mail
from ingest.tnef import is_tnef, read_tnef
from tests.ingest.letters import TEXT, multipart

BROKEN = b"\x78\x9f\x3e\x22" + b"\xff" * 60


def winmail(data: bytes, text: str = "hi") -> bytes:
    head = "Content-Type: application/ms-tnef\r\nContent-Disposition: attachment; filename=winmail.dat"
    encoded = data.hex(" ").upper().replace(" ", "=")
    parts = [(TEXT, text), (f"{head}\r\nContent-Transfer-Encoding: quoted-printable", f"={encoded}")]
    return multipart("mixed", parts)


@pytest.fixture
def real(shared: Path) -> bytes:
    return (shared / "mail/mimekit/tnef/winmail.tnef").read_bytes()


@pytest.mark.parametrize("data", [b"", b"x", BROKEN, BROKEN[:9]])
def test_a_broken_one_is_not_opened(data: bytes) -> None:
    assert read_tnef(data) is None


def test_it_is_known_by_type_or_name() -> None:
    assert is_tnef("application/ms-tnef", "x")
    assert is_tnef("application/octet-stream", "WINMAIL.DAT")
    assert not is_tnef("application/octet-stream", "x.dat")


def test_a_broken_one_stays_an_attachment() -> None:
    assert [file.name for file in read_mail(winmail(BROKEN), Limits()).attachments] == ["winmail.dat"]


def test_every_real_one_is_opened_or_stays_closed(shared: Path) -> None:
    for path in sorted((shared / "mail/mimekit/tnef").glob("*.tnef")):
        opened = read_tnef(path.read_bytes())
        assert opened is None or opened.files or opened.text or opened.html


def test_its_files_are_attachments_of_the_mail(real: bytes) -> None:
    raw = winmail(real)
    mail = read_mail(raw, Limits())
    assert len(mail.attachments) > 0
    assert "winmail.dat" not in [file.name for file in mail.attachments]
    first = mail.attachments[0]
    assert len(attachment_bytes(raw, first.position, Limits())) == first.size


def test_its_text_is_read_when_there_is_no_other_and_never_commands(shared: Path) -> None:
    mail = read_mail(winmail((shared / "mail/mimekit/tnef/body.tnef").read_bytes(), text=""), Limits())
    assert len(mail.text) > 0
    assert mail.command_text == ""
