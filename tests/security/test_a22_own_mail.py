"""A22: our own mail that comes back commands nothing."""

from config.settings import Limits, Settings
from config.words import MailKind
from ingest.classify import classify
from ingest.directory import load_directory
from ingest.read import read_mail
from tests.security.scene import OUTGOING, PROVEN, Scene, assert_refused


def test_it_is_known_by_its_loop_mark_even_at_a_reply_address(scene: Scene) -> None:
    raw = scene.mail("ack", head=f"{PROVEN}X-Loop: ours@acme.example\r\n")
    directory = load_directory(scene.session, Settings(outgoing=OUTGOING))
    assert classify(read_mail(raw, Limits()), directory, "ours@acme.example").kind is MailKind.OWN


def test_it_is_known_by_its_sender(scene: Scene) -> None:
    raw = scene.mail("ack", sender="Smokewatch <smokewatch@acme.example>")
    directory = load_directory(scene.session, Settings(outgoing=OUTGOING))
    assert classify(read_mail(raw, Limits()), directory, "x").kind is MailKind.OWN


def test_our_own_address_is_nobody_who_could_command(scene: Scene) -> None:
    raw = scene.mail("ack", sender="smokewatch@acme.example", head=f"{PROVEN}Auto-Submitted: auto-generated\r\n")
    assert_refused(scene, raw, "automatic")
