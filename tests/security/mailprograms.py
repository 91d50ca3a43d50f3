"""Answers to an alert as eight mail programs write them: bodies, quotes, signatures and encodings."""
# ruff: noqa: E501 - the lines are as long as the programs write them

import base64
import html as markup
import quopri
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

ALERT = (
    'ESC-1 Outage - risk is now high\n\nPat Doe wrote: "The line is down again."\n\nAnswer with one of these on top:\n'
    "ack\nown\npriority critical\nresolve: what solved it\n\nYou get this because you own it."
)
_ids = count(1)


@dataclass(frozen=True)
class Letter:
    """What the writer typed, and what it answers."""

    words: str
    signature: str = ""
    alert: str = ALERT
    sender: str = "smokewatch@acme.example"

    @property
    def lines(self) -> list[str]:
        """The typed lines."""
        return self.words.split("\n")

    @property
    def quoted(self) -> str:
        """The alert with `> ` before each line."""
        return "\n".join(f"> {line}".rstrip() for line in self.alert.split("\n"))

    @property
    def alert_html(self) -> str:
        """The alert as the HTML part of our mail shows it."""
        return "".join(f"<p>{markup.escape(line)}</p>" for line in self.alert.split("\n") if line)


@dataclass(frozen=True)
class Bodies:
    """The two forms of one text."""

    plain: str
    html: str


def _each(lines: list[str], shape: str, empty: str) -> str:
    return "".join(shape.format(markup.escape(line)) if line else empty for line in lines)


def gmail_web(letter: Letter) -> Bodies:
    """Gmail in the browser."""
    who = f"On Wed, May 6, 2026 at 10:00\u202fAM Smokewatch <{letter.sender}> wrote:"
    sign = f"\n\n-- \n{letter.signature}" if letter.signature else ""
    sign_html = (
        f'<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" '
        f'class="gmail_signature">{markup.escape(letter.signature)}</div>'
        if letter.signature
        else ""
    )
    first, *rest = letter.lines
    return Bodies(
        f"{letter.words}{sign}\n\n{who}\n\n{letter.quoted}\n",
        f'<div dir="ltr">{markup.escape(first)}{_each(rest, "<div>{}</div>", "<div><br></div>")}{sign_html}</div><br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{markup.escape(who)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{letter.alert_html}</blockquote></div>\n',
    )


def gmail_android(letter: Letter) -> Bodies:
    """Gmail on an Android phone, in German."""
    who = f"Smokewatch <{letter.sender}> schrieb am Mi., 6. Mai 2026, 10:00:"
    return Bodies(
        f"{letter.words}\n\n{who}\n\n{letter.quoted}\n",
        f'<div dir="auto">{_each(letter.lines, "<div dir=auto>{}</div>", "<div dir=auto><br></div>")}</div><br>'
        f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{markup.escape(who)}<br></div>'
        f'<blockquote class="gmail_quote">{letter.alert_html}</blockquote></div>\n',
    )


def outlook_desktop(letter: Letter) -> Bodies:
    """Outlook for Windows: Word's HTML, the quote under a block of header lines."""
    block = (
        f"From: Smokewatch <{letter.sender}> \nSent: Wednesday, May 6, 2026 10:00 AM\n"
        "To: Dana Lee <dana.lee@acme.example>\nSubject: [ESC-1] Outage"
    )
    sign = f"\n\n{letter.signature}" if letter.signature else ""
    shown = "<br>".join(f"<b>{k}:</b> {markup.escape(v)}" for k, _, v in (b.partition(": ") for b in block.split("\n")))
    body = _each(
        f"{letter.words}{sign}".split("\n"),
        "<p class=MsoNormal>{}<o:p></o:p></p>",
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p>",
    )
    return Bodies(
        f"{letter.words}{sign}\n\n{block}\n\n{letter.alert}\n",
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--p.MsoNormal{margin:0cm}--></style></head>'
        f"<body lang=EN-GB><div class=WordSection1>{body}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div>"
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal>{shown}<o:p></o:p></p></div></div>{letter.alert_html}</div></body></html>\n",
    )


def outlook_ios(letter: Letter) -> Bodies:
    """Outlook on an iPhone: its advertisement stands where a signature would."""
    block = (
        f"From: Smokewatch <{letter.sender}>\nSent: Wednesday, May 6, 2026 10:00:00 AM\n"
        "To: Dana Lee <dana.lee@acme.example>\nSubject: [ESC-1] Outage"
    )
    return Bodies(
        f"{letter.words}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{block}\n\n{letter.alert}\n",
        f'<html><body><div dir="ltr">{_each(letter.lines, "<div>{}</div>", "<div><br></div>")}</div>'
        '<div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Smokewatch '
        f"&lt;{letter.sender}&gt;<br><b>Sent:</b> Wednesday, May 6, 2026 10:00:00 AM<br><b>To:</b> Dana Lee<br>"
        f"<b>Subject:</b> [ESC-1] Outage<div>&nbsp;</div></div>{letter.alert_html}</body></html>\n",
    )


def apple_mail(letter: Letter) -> Bodies:
    """Apple Mail on a Mac."""
    who = f"On 6 May 2026, at 10:00, Smokewatch <{letter.sender}> wrote:"
    sign = f"\n\n{letter.signature}" if letter.signature else ""
    inside = "<br>".join(markup.escape(line) for line in f"{letter.words}{sign}".split("\n"))
    return Bodies(
        f"{letter.words}{sign}\n\n> {who}\n> \n{letter.quoted}\n",
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body '
        f'style="overflow-wrap: break-word; line-break: after-white-space;">{inside}<br><div><br><blockquote type="cite">'
        f"<div>{markup.escape(who)}</div><br><div>{letter.alert_html}</div></blockquote></div><br></body></html>\n",
    )


def iphone_mail(letter: Letter) -> Bodies:
    """Mail on an iPhone, in French."""
    who = f"Le 6 mai 2026 \u00e0 10:00, Smokewatch <{letter.sender}> a \u00e9crit :"
    inside = "<br>".join(markup.escape(line) for line in letter.lines)
    return Bodies(
        f"{letter.words}\n\nEnvoy\u00e9 de mon iPhone\n\n> {who}\n> \n> \ufeff{letter.quoted[2:]}\n",
        '<html><body dir="auto"><div dir="ltr"></div><div dir="ltr">'
        f'{inside}<br><br><div dir="ltr">Envoy\u00e9 de mon iPhone</div></div><div dir="ltr"><br><blockquote type="cite">'
        f'{markup.escape(who)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff{letter.alert_html}'
        "</div></blockquote></body></html>\n",
    )


def thunderbird(letter: Letter) -> Bodies:
    """Thunderbird, set to answer above the quote."""
    who = "On 06/05/2026 10:00, Smokewatch wrote:"
    sign = f"\n\n-- \n{letter.signature}" if letter.signature else ""
    sign_html = f'<div class="moz-signature">-- <br>{markup.escape(letter.signature)}</div>' if letter.signature else ""
    return Bodies(
        f"{letter.words}{sign}\n\n{who}\n{letter.quoted}\n",
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
        f'{_each(letter.lines, "<p>{}</p>", "<p><br></p>")}{sign_html}<div class="moz-cite-prefix">{who}<br></div>'
        f'<blockquote type="cite" cite="mid:1@acme.example">{letter.alert_html}</blockquote></body></html>\n',
    )


def yahoo(letter: Letter) -> Bodies:
    """Yahoo in the browser: the quote has no marks in the plain form."""
    who = f"On Wednesday, May 6, 2026 at 10:00:00 AM GMT+2, Smokewatch <{letter.sender}> wrote:"
    loose = "\n".join(f" {line}" for line in letter.alert.split("\n"))
    return Bodies(
        f" {letter.words}\n\n    {who}  \n \n{loose}\n  \n",
        '<html><head></head><body><div class="ydpyahoo-style-wrap" style="font-size:16px;">'
        f"{_each(letter.lines, '<div dir=ltr>{}</div>', '<div><br></div>')}<div><br></div></div>"
        '<div id="yahoo_quoted_1" class="yahoo_quoted"><div style="color:#26282a;"><div>'
        f"{markup.escape(who)}</div><div><br></div><div>{letter.alert_html}</div></div></div></body></html>\n",
    )


def proton(letter: Letter) -> Bodies:
    """Proton Mail."""
    who = f"On Wednesday, May 6th, 2026 at 10:00 AM, Smokewatch <{letter.sender}> wrote:"
    return Bodies(
        f"{letter.words}\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\n"
        f"------- Original Message -------\n{who}\n\n{letter.quoted}\n",
        f'<div style="font-family: Arial; font-size: 14px;">{_each(letter.lines, "<div>{}</div>", "<div><br></div>")}</div>'
        '<div class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/mail/home">Proton Mail</a> '
        f'secure email.</div></div><div class="protonmail_quote">------- Original Message -------<br>{markup.escape(who)}'
        f'<br><br><blockquote class="protonmail_quote" type="cite">{letter.alert_html}</blockquote></div>\n',
    )


PROGRAMS: dict[str, Callable[[Letter], Bodies]] = {
    "gmail_web": gmail_web,
    "gmail_android": gmail_android,
    "outlook_desktop": outlook_desktop,
    "outlook_ios": outlook_ios,
    "apple_mail": apple_mail,
    "iphone_mail": iphone_mail,
    "thunderbird": thunderbird,
    "yahoo": yahoo,
    "proton": proton,
}
FORMS = ("plain", "both", "html")
ENCODINGS = ("base64", "quoted-printable", "8bit")


def compose(bodies: Bodies, head: str, now: datetime, form: str = "both", encoding: str = "base64") -> bytes:
    """A whole mail of these bodies. `head` holds From, To and what stands above them, each line with its end."""
    top = (
        f"{head}Subject: =?utf-8?q?Re:_[ESC-1]_Outage_=E2=80=93_risk?=\r\nDate: {now:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: <{next(_ids)}.reply@acme.example>\r\nMIME-Version: 1.0\r\n"
    )
    if form != "both":
        text, kind = (bodies.plain, "plain") if form == "plain" else (bodies.html, "html")
        return top.encode() + _part(text, kind, encoding)
    boundary = "000000000000a1b2c3"
    parts = b"".join(
        f"--{boundary}\r\n".encode() + _part(text, kind, encoding) + b"\r\n"
        for text, kind in ((bodies.plain, "plain"), (bodies.html, "html"))
    )
    return (
        f'{top}Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
        + parts
        + f"--{boundary}--\r\n".encode()
    )


def _part(text: str, kind: str, encoding: str) -> bytes:
    raw = text.replace("\n", "\r\n").encode()
    coded = raw
    if encoding == "base64":
        coded = base64.encodebytes(raw)
    elif encoding == "quoted-printable":
        coded = quopri.encodestring(raw)
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + coded
