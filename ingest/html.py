"""Makes the HTML of a mail safe to show: nothing active, nothing remote, nothing that can reach out of its box."""

import nh3
from lxml import etree

SHOWN_BYTES = 200_000
"""HTML beyond this is cut: a page shows the beginning, the raw mail has the rest."""
DEEPEST = 100
"""Elements nested deeper are dropped: the sanitiser's time grows with the square of the depth."""

_TAGS = frozenset(
    str.split(
        "a abbr b blockquote br caption center code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins "
        "li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr u ul"
    )
)
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}


def safe_html(html: str) -> str:
    """`html` with only harmless elements; images, styles, forms and scripts are gone, links open without a referrer."""
    data = html[:SHOWN_BYTES].replace("\x00", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(data, parser) if data.strip() else None
    if root is None:
        return ""
    _prune(root)
    # A well-formed tree of bounded depth goes to the sanitiser; it parses again by the rules of browsers.
    shallow = etree.tostring(root, method="html", encoding="unicode")
    return nh3.clean(
        shallow,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "title", "template", "svg", "math"},
    )


def _prune(root: etree._Element) -> None:
    """Drop what is nested too deep, without recursion."""
    depth = 0
    deep = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        depth += 1 if event == "start" else -1
        if event == "start" and depth > DEEPEST:
            deep.append(element)
            walk.skip_subtree()
    for element in deep:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
