"""A12: words that are not the writer's own, at the very top of what he wrote, command nothing."""

import pytest

from tests.security.scene import DANA, PROVEN, Scene

QUOTE = "On Wed, 6 May 2026 at 10:00, Smokewatch <smokewatch@acme.example> wrote:"
OUTLOOK = "From: Smokewatch\nSent: Wednesday, 6 May 2026 10:00\nTo: Dana Lee\nSubject: Outage\n"
GERMAN = "Am 06.05.2026 um 10:00 schrieb Smokewatch:"


def unchanged(scene: Scene, raw: bytes) -> None:
    """Nothing but a comment may come of it."""
    before = (scene.esc.state, scene.esc.owner_id, scene.esc.priority)
    scene.take(raw)
    scene.record()
    assert (scene.esc.state, scene.esc.owner_id, scene.esc.priority) == before


@pytest.mark.parametrize(
    "text",
    [
        f"Thanks!\n\n{QUOTE}\n> ack\n> priority critical\n",
        f"Thanks!\n\n{QUOTE}\nack\n",
        f"{QUOTE}\n> ack\n",
        "> ack\n",
        f"{QUOTE}\n> Outage\n\nack\n",
        "> Outage\nown\n",
        f"{QUOTE}\n> Outage\n> ack\npriority critical\n\nDana",
        ">ack\nThanks\n",
        f"Danke\n\n{GERMAN}\n> ack\n",
        f"Thanks\n\n-----Original Message-----\n{OUTLOOK}\nack\n",
        f"Thanks\n\n________________________________\n{OUTLOOK}\nack\n",
        "Thanks\n-- \nack\n",
        "-- \nack\n",
        "Thanks\n> what now?\nack\n",
        "I looked at it this morning.\nack\n",
        "---------- Forwarded message ----------\nFrom: x\n\nack\n",
        "Close call yesterday! Please do not resolve this.",
        "I will ack this tomorrow.\n",
    ],
)
def test_words_below_the_top_command_nothing(scene: Scene, text: str) -> None:
    unchanged(scene, scene.mail(text))


def head(scene: Scene, content_type: str, subject: str = "Re: Outage") -> str:
    return (
        f"{PROVEN}From: {DANA}\r\nTo: {scene.address()}\r\nSubject: {subject}\r\nMessage-ID: <h@acme.example>\r\n"
        f"Date: Wed, 06 May 2026 08:30:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("mixed", [("text/plain", "thanks"), ("text/plain", "ack")]),
        ("mixed", [("text/plain", "thanks"), ("text/plain; name=a.txt\r\nContent-Disposition: inline", "ack")]),
        ("mixed", [("message/rfc822", "From: x@y.example\r\n\r\nack")]),
        ("mixed", [("text/plain", "see below"), ("message/rfc822", "From: x@y.example\r\n\r\nack")]),
        ("alternative", [("text/plain", "thanks"), ("text/html", "<p>ack</p>")]),
        ("mixed", [("text/plain\r\nContent-Disposition: attachment; filename=a.txt", "ack")]),
        ("digest", [("message/rfc822", "From: x@y.example\r\n\r\nack")]),
    ],
)
def test_only_the_first_text_of_a_mail_commands(scene: Scene, kind: str, parts: list[tuple[str, str]]) -> None:
    body = "".join(f"--b\r\nContent-Type: {name}\r\n\r\n{text}\r\n" for name, text in parts)
    # The texts before the first and behind the last boundary are no part of a mail (RFC 2046, section 5.1.1).
    unchanged(scene, (head(scene, f'multipart/{kind}; boundary="b"') + f"ack\r\n{body}--b--\r\nack\r\n").encode())


@pytest.mark.parametrize(
    "html",
    [
        "<title>ack</title><p>hi</p>",
        "<img alt='ack'><p>hi</p>",
        "<p title='ack'>hi</p>",
        "<div style='display:none'>ack</div><p>hi</p>",
        "<div style='display: NONE !important'>ack</div><p>hi</p>",
        "<div hidden>ack</div><p>hi</p>",
        "<style>ack</style><p>hi</p>",
        "<script>ack</script><p>hi</p>",
        "<!-- ack --><p>hi</p>",
        "<noscript>ack</noscript><p>hi</p>",
        "<template>ack</template><p>hi</p>",
        "<div style='font-size:0'>ack</div><p>hi</p>",
        "<div style='visibility:hidden'>ack</div><p>hi</p>",
        "<div style='color:#fff;max-height:0;overflow:hidden'>ack</div><p>hi</p>",
        "<blockquote>ack</blockquote><p>hi</p>",
        "<div class='gmail_quote'><div>On Wed, 6 May 2026, Smokewatch wrote:</div><blockquote>ack</blockquote></div>",
        "<div id='divRplyFwdMsg'>From: Smokewatch</div><div>ack</div>",
        "<p>I looked at it.</p><div>ack</div>",
    ],
)
def test_what_html_does_not_show_on_top_commands_nothing(scene: Scene, html: str) -> None:
    unchanged(scene, (head(scene, "text/html; charset=utf-8") + f"<html><body>{html}</body></html>").encode())


@pytest.mark.parametrize("subject", ["ack", "Re: ack", "ack ESC-1", "close"])
def test_a_subject_commands_nothing(scene: Scene, subject: str) -> None:
    unchanged(scene, (head(scene, "text/plain", subject) + "thanks\r\n").encode())


def test_a_mail_of_nothing_but_a_quote_is_refused(scene: Scene) -> None:
    scene.take(scene.mail(f"{QUOTE}\n> ack\n"))
    assert scene.reasons() == ["nothing-said"]


def test_a_command_below_the_quote_is_answered_with_where_it_belongs(scene: Scene) -> None:
    unchanged(scene, scene.mail(f"{QUOTE}\n> Outage\n\nack\n"))
    lines = scene.answers()[0].facts["lines"]
    assert [(line["line"], line["ok"]) for line in lines] == [("ack", False)]
    assert "on top" in lines[0]["outcome"]
