"""HTML to text: what a reader sees, quotes marked, hidden text out, in linear time."""

import time

import pytest

from ingest.htmltext import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("<p class=MsoNormal>One</p><p class=MsoNormal>Two</p>", "One\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<b>One</b> &amp; <i>two</i>&nbsp;three\n  four", "One & two three four"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("no tags at all", "no tags at all"),
        ("", ""),
    ],
)
def test_layout_becomes_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_blockquote_is_quoted() -> None:
    html = "<div>Yes</div><div>Ann wrote:</div><blockquote><div>ack</div><blockquote>old</blockquote></blockquote>"
    assert html_to_text(html) == "Yes\nAnn wrote:\n\n> ack\n>\n> > old"


def test_a_yahoo_quote_is_quoted() -> None:
    assert html_to_text('Yes<div class="yahoo_quoted">Ann wrote:<div>ack</div></div>') == "Yes\n> Ann wrote:\n> ack"


@pytest.mark.parametrize(
    "mark",
    ['<div id="divRplyFwdMsg">', '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm">'],
)
def test_the_line_over_an_outlook_quote_is_drawn(mark: str) -> None:
    assert html_to_text(f"Yes{mark}<b>From:</b> x</div>").splitlines()[-2:] == ["_" * 32, "From: x"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<title>ack</title>",
        "<style>ack</style>",
        "<script>ack</script>",
        "<!-- ack -->",
        "<img alt=ack>",
        "<p style='display:none'>ack</p>",
        "<p style='DISPLAY : NONE !important'>ack</p>",
        "<span style='font-size:0'>ack</span>",
        "<p style='visibility:hidden'>ack</p>",
        "<p style='opacity:0;'>ack</p>",
        "<p style='mso-hide:all'>ack</p>",
        "<p hidden>ack</p>",
        "<div style='display:none'><div><p>ack</p></div></div>",
        "<style>.x, #y {color:red; display:none}</style><p class='a x'>ack</p><p id=y>ack</p>",
        "<template>ack</template>",
        "<select><option>ack</select>",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert html_to_text(f"{hidden}<p>hi</p>") == "hi"


@pytest.mark.parametrize(
    "shown",
    [
        "<style>@media print {.x {display:none}}</style><p class=x>hi</p>",
        "<p style='font-size:10px'>hi</p>",
        "<table><tr><td style='font-size:0'><span style='font-size:12px'>hi</span></table>",
        "<p style='opacity:0.9'>hi</p>",
    ],
)
def test_what_a_reader_does_see_stays(shown: str) -> None:
    assert html_to_text(shown) == "hi"


def test_text_after_a_hidden_element_stays() -> None:
    assert html_to_text("a<span hidden>b</span>c") == "ac"


def test_a_charset_in_the_html_does_not_decode_twice() -> None:
    assert html_to_text('<meta charset="utf-16"><p>Größe</p>') == "Größe"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<!--" * 100_000,
        "<b><p>" * 50_000,
        "<a href=x>" * 40_000,
        "<style>" + "@{" * 100_000,
        "<style>" + "a" * 200_000 + "</style>x",
        "<style>" + ("a{opacity:0" + " " * 3_900 + "x}") * 24 + "</style>x",
        "<p style='opacity:0" + " " * 200_000 + "x'>a</p>",
    ],
    ids=["divs", "comments", "misnested", "links", "css", "no-rule", "css-spaces", "style-spaces"],
)
def test_no_html_takes_long(html: str) -> None:
    started = time.process_time()
    html_to_text(html)
    assert time.process_time() - started < 1
