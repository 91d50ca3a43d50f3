"""Reads the writer's job title out of the last lines of a mail, when it is one that matters."""

from config.titles import role, seniority

_LAST_LINES = 8
_LONGEST = 70
_MOST_WORDS = 9
_NAME_WORDS = 5
_PARTICLES = frozenset({"de", "da", "do", "von", "van", "del", "la"})


def signature_title(text: str, signature: str = "") -> str:
    """The line, or the part of it behind a name, that holds a senior title or one that decides; empty without one.

    A line such as `Geschäftsführer: Tilman Ostkamper` is the company's legal footer and says nothing of the writer;
    a title counts only right below or beside a name.
    """
    lines = [line.strip() for line in f"{text[-1500:]}\n{signature}".splitlines() if line.strip()][-_LAST_LINES:]
    for above, line in zip(["", *lines], lines, strict=False):
        title = _title_in(above, line)
        if title:
            return title
    return ""


def _title_in(above: str, line: str) -> str:
    if len(line) > _LONGEST or ":" in line or "@" in line or line.endswith((".", "!", "?")):
        return ""
    if not _matters(line) or len(line.split()) > _MOST_WORDS:
        return ""
    for mark in (", ", " | ", " - ", " – ", " / "):
        name, _, rest = line.partition(mark)
        if rest and _is_name(name) and not _matters(name) and _matters(rest):
            return rest
    return line if _is_name(above) and not _matters(above) else ""


def _matters(line: str) -> bool:
    return bool(seniority(line) or role(line))


def _is_name(line: str) -> bool:
    """One to five capitalised words without digits or marks, such as `Dr. Wolfram Eickstett` or `PG`."""
    words = line.replace(",", " ").split()
    if not 0 < len(words) <= _NAME_WORDS or line.endswith((",", "!", "?", ":")):
        return False
    return all(w[0].isupper() or w in _PARTICLES for w in words) and not any(ch.isdigit() for ch in line)
