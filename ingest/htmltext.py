"""Turns the HTML of a mail into plain text as a reader would see it: hidden parts out, quotes marked with `> `."""

import re
from dataclasses import dataclass, field

from lxml import etree

HTML_BYTES = 500_000
"""HTML beyond this is cut before parsing."""
DEEPEST = 200
"""Text nested deeper is not read; real newsletters nest tables about 40 deep."""
STYLE_CHARS = 2_000
"""Style rules are looked at so far."""

_DROPPED = frozenset(
    str.split(
        "head title style script noscript template svg math object applet iframe audio video canvas map select "
        "textarea button datalist noframes embed frameset"
    )
)
_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main nav ol p pre section table tbody td th thead tr ul"
    )
)
_SPACED = frozenset(str.split("p h1 h2 h3 h4 h5 h6 table ul ol dl pre blockquote"))
_CELLS = frozenset({"td", "th"})
_ZERO = r"\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?:;|$)"
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:^|[;\s])(?:max-height|opacity)" + _ZERO,
    re.IGNORECASE,
)
_SMALL = re.compile(r"(?:^|[;\s])font-size" + _ZERO, re.IGNORECASE)
_TABLE_TAGS = frozenset({"table", "tbody", "tr", "td", "th", "body"})
"""Newsletters set these to size 0 against gaps and give the text inside its size again."""
_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?([.#][\w-]{1,100})")
_QUOTING = re.compile(
    r"\b(?:yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|front-blockquote)\b", re.IGNORECASE
)
"""Classes of containers that hold the mail answered to without a <blockquote> around it."""
_MARK_IDS = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling", "x_divrplyfwdmsg", "x_appendonsend"})
"""Ids by which Outlook marks where the mail answered to begins."""
_OUTLOOK_LINE = re.compile(r"border-top:\s*solid\s+#[0-9a-f]{6}\s+1(?:\.0)?pt", re.IGNORECASE)
_MARK = "_" * 32
_SPACES = re.compile(r"[ \t\r\n\f\xa0\u2000-\u200b\u2060\ufeff]+")


@dataclass
class _Lines:
    """Collects lines with their quote depth; runs of blank lines become one."""

    done: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    quotes: int = 0

    def text(self, data: str, *, keep_spaces: bool) -> None:
        """Add text to the current line."""
        if keep_spaces:
            first, *rest = data.replace("\r\n", "\n").split("\n")
            self.parts.append(first)
            for line in rest:
                self.end(always=True)
                self.parts.append(line)
        else:
            self.parts.append(_SPACES.sub(" ", data))

    def end(self, *, always: bool = False) -> None:
        """End the current line if it holds anything, or in any case."""
        line = "".join(self.parts).strip()
        self.parts.clear()
        if line or always:
            self.done.append(f"{'> ' * min(self.quotes, 9)}{line}".rstrip())

    def blank(self) -> None:
        """Leave one empty line, unless there is one already."""
        self.end()
        empty = ("> " * min(self.quotes, 9)).rstrip()
        if self.done and self.done[-1].strip("> "):
            self.done.append(empty)
        elif self.done:
            # Where a quote ends the empty line belongs to what is around it.
            self.done[-1] = min(self.done[-1], empty, key=len)


def html_to_text(html: str) -> str:
    """The visible text of `html`, in time linear in its length; "" when nothing can be read of it."""
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    # Bytes with a stated encoding: a charset in a <meta> tag must not decode the text a second time.
    data = html[:HTML_BYTES].replace("\x00", "").encode("utf-8", "replace")
    root = etree.fromstring(data, parser) if data.strip() else None
    if root is None:
        return ""
    lines = _Lines()
    _walk(root, _hidden_selectors(root), lines)
    lines.end()
    return "\n".join(lines.done).strip("\n")


def _walk(root: etree._Element, hidden: frozenset[str], lines: _Lines) -> None:
    """Visit the tree without recursion, passing over what a reader does not see."""
    depth = 0
    pre = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            depth += 1
            if depth > DEEPEST or not isinstance(tag, str) or _is_hidden(element, tag, hidden):
                walk.skip_subtree()
                continue
            pre += tag == "pre"
            _open(element, tag, lines)
            if element.text:
                lines.text(element.text, keep_spaces=pre > 0)
            continue
        depth -= 1
        skipped = depth >= DEEPEST or not isinstance(tag, str) or _is_hidden(element, tag, hidden)
        if not skipped:
            pre -= tag == "pre"
            _close(element, tag, lines)
        if element.tail and depth < DEEPEST:
            lines.text(element.tail, keep_spaces=pre > 0)


def _open(element: etree._Element, tag: str, lines: _Lines) -> None:
    """What the start of an element does to the lines."""
    if tag == "br":
        lines.end(always=True)
        return
    if tag in _CELLS:
        lines.parts.append(" ")
    elif tag in _BLOCKS:
        lines.blank() if _is_spaced(element, tag) else lines.end()
    if _marks_reply(element, tag):
        lines.blank()
        lines.parts.append(_MARK)
        lines.end()
    if tag == "li":
        lines.parts.append("- ")
    lines.quotes += _is_quote(element, tag)


def _close(element: etree._Element, tag: str, lines: _Lines) -> None:
    """What the end of an element does to the lines."""
    if tag in _BLOCKS and tag not in _CELLS:
        lines.end()
    lines.quotes -= _is_quote(element, tag)
    if tag in _BLOCKS and _is_spaced(element, tag):
        lines.blank()


def _is_spaced(element: etree._Element, tag: str) -> bool:
    """Whether an empty line stands around the element; Word writes each line of text as a paragraph without."""
    return tag in _SPACED and "mso" not in (element.get("class") or "").lower()


def _is_quote(element: etree._Element, tag: str) -> bool:
    """Whether the element holds quoted text."""
    return tag == "blockquote" or (tag == "div" and _QUOTING.search(element.get("class") or "") is not None)


def _marks_reply(element: etree._Element, tag: str) -> bool:
    """Whether Outlook begins the mail answered to here."""
    if tag not in ("div", "hr"):
        return False
    if (element.get("id") or "").lower() in _MARK_IDS:
        return True
    return _OUTLOOK_LINE.search(element.get("style") or "") is not None


def _is_hidden(element: etree._Element, tag: str, hidden: frozenset[str]) -> bool:
    """Whether a reader does not see the element."""
    if tag in _DROPPED or element.get("hidden") is not None:
        return True
    style = (element.get("style") or "")[:STYLE_CHARS]
    if style and (_HIDING.search(style) or (tag not in _TABLE_TAGS and _SMALL.search(style))):
        return True
    if not hidden:
        return False
    names = [f".{name}" for name in (element.get("class") or "").lower().split()[:50]]
    return not hidden.isdisjoint([*names, f"#{(element.get('id') or '').lower()}"])


def _hidden_selectors(root: etree._Element) -> frozenset[str]:
    """Classes and ids that a style sheet hides for everybody; what stands inside @media is for some screens only."""
    found: set[str] = set()
    for sheet in root.iter("style"):
        css = _without_media((sheet.text or "")[:100_000])
        for rule in css.split("}"):
            selectors, _, body = rule.rpartition("{")
            body = body[:STYLE_CHARS]
            if _HIDING.search(body) or _SMALL.search(body):
                names = (_SELECTOR.fullmatch(part.strip().lower()) for part in selectors.split(",")[:50])
                found.update(name[1] for name in names if name)
    return frozenset(found)


def _without_media(css: str) -> str:
    """The style sheet without its @-blocks."""
    kept = []
    for index, part in enumerate(css.split("@")):
        if index == 0:
            kept.append(part)
            continue
        depth = 0
        for at, char in enumerate(part):
            depth += (char == "{") - (char == "}")
            if (char == "}" and depth <= 0) or (char == ";" and depth == 0):
                kept.append(part[at + 1 :])
                break
    return "".join(kept)
