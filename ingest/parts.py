"""Walks the parts of a parsed mail: which leaf is the body, which one is a file, and what a leaf holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import Any

from ingest.htmltext import HTML_BYTES, html_to_text
from ingest.mimeparser import parser
from ingest.text import TEXT_BYTES, clean, decode

_BODY_TYPES = frozenset({"text/plain", "text/html", "text/markdown", "text/enriched"})
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_NAMED = re.compile(r"\bname\*?\d*\*?\s*=", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9-]{0,30}>", re.IGNORECASE)


class Part(Message):
    """A part that can be asked for its content and parameters, whatever they look like.

    The library decodes 8-bit content with whatever its charset parameter names, and lets out what a strange codec or
    a parameter in contradictory pieces (RFC 2231) raises.
    """

    _kind: str | None = None

    def get_content_type(self) -> str:
        """As the library's, remembered: it is asked twenty times a mail, and never before the header is complete."""
        if self._kind is None:
            self._kind = super().get_content_type()
        return self._kind

    def get_payload(self, i: int | None = None, decode: bool = False) -> Any:
        """As the library's, but a charset that cannot be applied is dropped from the header first."""
        ask: Any = super().get_payload
        try:
            return ask(i, decode)
        except (LookupError, ValueError, TypeError):
            if i is not None:
                raise
            kind = self.get_content_type()
            del self["content-type"]
            self["Content-Type"] = kind
            return ask(i, decode)

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """As the library's, but a parameter that cannot be put together is missing."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except (LookupError, ValueError, TypeError, AttributeError):
            return failobj


def parse(data: bytes) -> Message:
    """The mail as a tree of parts, with the bytes of its header fields kept (policy compat32)."""
    reading = parser(Part)
    reading.feed(data.decode("ascii", "surrogateescape"))
    return reading.close()


@dataclass(frozen=True)
class Leaf:
    """One part without parts of its own; an attached mail counts as one. `position` is its index in the walk.

    `broken` marks a multipart whose boundary never comes; what is there is read as text, as mail programs do.
    """

    position: int
    part: Message
    content_type: str
    named: bool
    attached: bool
    broken: bool = False

    @cached_property
    def data(self) -> bytes:
        """The content, kept for the next time; for texts only, files may be large."""
        return leaf_bytes(self)

    @property
    def is_text(self) -> bool:
        """Whether it can be the body, or a piece of it."""
        return self.content_type in _BODY_TYPES and not self.attached


@dataclass(frozen=True)
class Body:
    """The text pieces in the mail's order, the HTML if any, and what was wrong with them.

    `command` is the first piece alone, and only if it is a real body: no file by its name, no parts that could not be
    told apart. `used` are positions of the leaves that are shown as text, so that they are no attachments.
    """

    pieces: tuple[str, ...] = ()
    command: str = ""
    html: str = ""
    used: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Node:
    """A part with its place in the tree."""

    subtype: str
    leaf: Leaf | None
    children: "tuple[Node, ...]" = ()


def tree(message: Message) -> Node:
    """The parts of `message` as a tree; the inside of attached mails is left closed."""
    counter = iter(range(1_000_000))
    return _node(message, counter)


def _node(part: Message, counter: Iterator[int]) -> Node:
    """One part and what is below it, numbered in the order of the mail."""
    position = next(counter)
    content_type = part.get_content_type()
    if content_type.startswith("multipart/"):
        if part.is_multipart():
            return Node(content_type[10:], None, tuple(_node(child, counter) for child in _below(part)))
        return Node("", Leaf(position, part, "text/plain", named=False, attached=False, broken=True))
    disposition = str(part.get("content-disposition", ""))
    named = _NAMED.search(disposition) or _NAMED.search(str(part.get("content-type", "")))
    attached = disposition.lstrip()[:10].lower() == "attachment"
    return Node("", Leaf(position, part, content_type, named is not None, attached))


def _below(part: Message) -> list[Message]:
    """The parts of a multipart part."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf below `node`, in the order of the mail."""
    if node.leaf:
        yield node.leaf
    for child in node.children:
        yield from leaves(child)


def read_body(root: Node) -> Body:
    """The text of the mail: of alternatives the plain one unless it is blank, of related parts the first one.

    A text with a file name is a file, unless the mail has no other text.
    """
    shown = _shown(root, named=False) or _shown(root, named=True)
    problems: list[str] = []
    pieces = [_visible(leaf, problems) for leaf in shown]
    html_leaf = next((leaf for leaf in leaves(root) if leaf.is_text and leaf.content_type == "text/html"), None)
    html = leaf_text(html_leaf, []) if html_leaf and not html_leaf.named else ""
    return Body(
        pieces=tuple(text for text in pieces if text.strip()),
        command=pieces[0] if pieces and not (shown[0].named or shown[0].broken) else "",
        html=html,
        used=frozenset(leaf.position for leaf in shown),
        problems=tuple(dict.fromkeys(problems)),
    )


def _shown(node: Node, *, named: bool) -> list[Leaf]:
    """The leaves whose text is read; with `named`, texts that carry a file name count too."""
    if node.leaf:
        return [node.leaf] if node.leaf.is_text and (named or not node.leaf.named) else []
    choices = [found for found in (_shown(child, named=named) for child in node.children) if found]
    if node.subtype == "alternative":
        return _best(choices)
    if node.subtype in ("related", "report", "signed"):
        return choices[0] if choices else []
    return [leaf for found in choices for leaf in found]


def _best(choices: list[list[Leaf]]) -> list[Leaf]:
    """Of alternatives the first one in plain text that says anything, else the first one that does."""
    plain = (found for found in choices if found[0].content_type != "text/html")
    for found in (*plain, *choices):
        if any(leaf.data.strip() for leaf in found):
            return found
    return choices[0] if choices else []


def leaf_bytes(leaf: Leaf) -> bytes:
    """The content of a leaf with its transfer encoding undone, as far as it can be."""
    payload = leaf.part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def leaf_text(leaf: Leaf, problems: list[str]) -> str:
    """The decoded text of a text leaf, cut at a bound; what was amiss is added to `problems`."""
    payload = leaf.data
    is_html = leaf.content_type == "text/html"
    bound = HTML_BYTES if is_html else TEXT_BYTES
    if len(payload) > bound:
        problems.append(f"The text has {len(payload):,} bytes; only the first {bound:,} were read.")
        payload = payload[:bound]
    charset = _charset(leaf.part)
    if is_html and not charset:
        found = _META_CHARSET.search(payload[:2_048])
        charset = found[1].decode("ascii", "replace") if found else ""
    text, sure = decode(payload, charset)
    if not sure:
        label = clean(charset).strip()[:40] or "none"
        problems.append(f"The text does not fit its charset ({label}); some characters may be wrong.")
    return text


def _visible(leaf: Leaf, problems: list[str]) -> str:
    """A text leaf as a reader sees it."""
    text = leaf_text(leaf, problems)
    if leaf.content_type == "text/html":
        return html_to_text(text)
    return _TAG.sub("", text).replace("<<", "<") if leaf.content_type == "text/enriched" else text


def _charset(part: Message) -> str:
    """The charset parameter, or "" when it is missing or cannot be read."""
    try:
        return part.get_content_charset("") or ""
    except (ValueError, TypeError, LookupError, AttributeError):
        # RFC 2231 continuations that contradict each other, a NUL in the name of its charset.
        return ""
