"""Every hostile mail that must command nothing, wait for a confirm, or get no answer."""

from pathlib import Path

import pytest

from config.settings import Limits, Settings
from config.words import MailKind, NoticeKind
from ingest.classify import classify
from ingest.directory import load_directory
from ingest.mail import Unreadable
from ingest.read import read_mail
from ingest.replies.attempts import is_attempt
from ingest.replies.reply import Reply
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from store.record import PendingCommand
from tests.security.scene import AUTHSERV, OUTGOING, Scene

HOSTILE = Path(__file__).parents[3] / "shared" / "hostile"
LOOP_ID = "loop-1@acme.example"
CODES = {"NOCMD", "CONFIRM", "NOSEND"}


def cases() -> list[tuple[str, frozenset[str]]]:
    """File and codes of each row of the manifest that is about commands; none where the mails are absent."""
    manifest = HOSTILE / "manifest.tsv"
    if not manifest.is_file():
        return []
    rows = [line.split("\t") for line in manifest.read_text(encoding="utf-8").splitlines()[1:]]
    return [(row[0], codes) for row in rows if (codes := frozenset(row[3].split("+"))) & CODES]


def filled_in(scene: Scene, raw: bytes) -> bytes:
    """Put live addresses in place of the mail's placeholders."""
    good = scene.address()
    pending = PendingCommand(
        escalation_id=scene.esc.id, person_id=scene.dana.id, commands={"commands": []}, made_at=scene.now,
        expires_at=scene.now, used_at=scene.now,
    )  # fmt: skip
    scene.session.add(pending)
    draft = NoticeDraft(NoticeKind.RISK_UP, scene.dana.id, "risk:1", "you own it", scene.now, scene.esc.id)
    alert = scene.session.get_one(Notice, post_notice(scene.session, draft, mail_domain=OUTGOING.domain))
    values = {
        "REPLY_OK_TRUNC": good.partition("@")[0][:-20] + "@acme.example",
        "REPLY_OK": good,
        "REPLY_EXP": scene.address(expires=-(scene.now - scene.now.replace(day=1))),
        "REPLY_USED": scene.address(purpose="confirm", nonce=pending.id),
        "REPLY_OTHER": scene.address(scene.bob),
        "REPLY_FORMER": scene.address(scene.former),
        "REPLY_E2": scene.address(esc=scene.other_esc),
        "MSGID_ALERT": alert.message_id,
        "ESC": scene.esc.number,
        "AUTHSERV": AUTHSERV,
        "LOOPID": LOOP_ID,
    }
    for name, value in values.items():
        raw = raw.replace(f"@@{name}@@".encode(), value.encode())
    assert b"@@" not in raw
    return raw


def deliver(scene: Scene, raw: bytes) -> bool:
    """Do as processing does; whether the mail could be read."""
    try:
        mail = read_mail(raw, Limits())
    except Unreadable:
        return False
    directory = load_directory(scene.session, Settings(outgoing=OUTGOING))
    kind = classify(mail, directory, LOOP_ID).kind
    reply = Reply(mail, raw, 0, scene.mailbox, scene.lookup)
    if kind is MailKind.COMMAND or is_attempt(scene.session, reply, kind, scene.ctx, scene.now):
        scene.take(raw)
    return True


@pytest.mark.parametrize(("name", "codes"), cases())
def test_a_hostile_mail_commands_nothing(scene: Scene, name: str, codes: frozenset[str]) -> None:
    raw = filled_in(scene, (HOSTILE / name).read_bytes())
    before, mails = scene.record(), len(scene.notices())
    read = deliver(scene, raw)
    assert scene.record() == before
    fresh = scene.notices()[mails:]
    assert {n.person_id for n in fresh} <= {scene.dana.id}
    if "NOCMD" in codes:
        assert scene.rejections() or not read
    if "NOSEND" in codes:
        assert fresh == []
    if "CONFIRM" in codes and read:
        assert NoticeKind.CONFIRM in [n.kind for n in fresh]


def test_there_are_hostile_mails(shared: Path) -> None:
    assert (shared / "hostile").is_dir()
    assert len(cases()) > 40
