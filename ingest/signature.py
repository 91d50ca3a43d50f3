"""Find where the signature, the mail program's own line or the legal notice begins below somebody's text."""

import re
from collections.abc import Sequence

from ingest.quotewords import QuoteWords

LONGEST = 300
"""Characters of a line that are looked at."""
DELIMITED_LINES = 30
"""Non-blank lines below "-- " that still pass for a signature (RFC 3676, section 4.3, with a legal notice)."""
LOOSE_DELIMITED_LINES = 15
"""The same below "--" or a ruled line, which people also write between paragraphs."""
BLOCK_LINES = 14
"""Non-blank lines of a block with name, title and addresses."""
NOTICE_LINES = 60
"""Non-blank lines from a legal notice to the end."""

_MARKS = " \t\xa0-_=*~#+—–|•·ᐧ\u200b"
_CONTACT = re.compile(
    r"(?:\+|\b)\(?\d[\d ()./-]{6,20}\d\b|\S@[\w.-]+\.\w\w|\bhttps?://|\bwww\.|"
    r"(?i:^\W*(?:tel|phone|mob|mobile|cell|fax|e-?mail|web|skype|telefon|telefono|teléfono|tél|portable|handy|mobil|"
    r"ph|m|t|f|e|w|p|o|d)\b ?[.:])"
)
_COMPANY_ENDINGS = ("inc.", "ltd.", "co.", "corp.", "gmbh.", "s.a.", "s.l.", "s.p.a.", "s.r.l.", "b.v.", "jr.", "d.")
_TITLE_WORDS = 8
_LINE_CHARACTERS = 90
_SIGNOFF_CHARACTERS = 45
_NAME_WORDS = 4


def signature_start(lines: Sequence[str], first: int, end: int, words: QuoteWords, *, closing: bool) -> int:
    """Where below `lines[first:end]` the signature begins; `end` when there is none.

    `closing` says that the writer's text ends here, so that a block with name, title and telephone number counts
    without a delimiter; between two quotes it does not.
    """
    end = _delimited(lines, first, end)
    if not closing:
        return end
    end = _notice(lines, first, end, words)
    before = -1
    while before != end:
        before = end
        end = _trailing(lines, first, end, words)
    return _block(lines, first, end, words)


def is_rule(line: str) -> bool:
    """Whether the line holds nothing but dashes, stars, underscores and the like."""
    return not line.strip(_MARKS)


def _delimited(lines: Sequence[str], first: int, end: int) -> int:
    """The first delimiter with little enough below it."""
    below = 0
    start = end
    for number in range(end - 1, first - 1, -1):
        line = lines[number]
        core = line.strip()
        if not core:
            continue
        if below > DELIMITED_LINES:
            break
        if core in ("--", "—", "–") and _is_delimiter(lines, number, end, below, exact=line.startswith("-- ")):
            start = number
        below += 1
    return start


def _is_delimiter(lines: Sequence[str], number: int, end: int, below: int, *, exact: bool) -> bool:
    if exact:
        return below <= DELIMITED_LINES
    following = next((line.strip() for line in lines[number + 1 : end] if line.strip()), "")
    return below <= LOOSE_DELIMITED_LINES and len(following) < _LINE_CHARACTERS


def _notice(lines: Sequence[str], first: int, end: int, words: QuoteWords) -> int:
    """The first legal notice, advertising or list footer below the text."""
    below = 0
    start = end
    while first < end and is_rule(lines[first]):
        first += 1
    # A notice in the first line is what the mail is about.
    for number in range(end - 1, first, -1):
        if not lines[number].strip():
            continue
        below += 1
        if below > NOTICE_LINES:
            break
        low = lines[number][:LONGEST].strip(_MARKS).casefold()
        if words.footers.of(low) or (words.disclaimers.of(low) and _is_legal(lines, number, end, words)):
            start = number
    return start


def _is_legal(lines: Sequence[str], number: int, end: int, words: QuoteWords) -> bool:
    paragraph = " ".join(line[:1000] for line in lines[number : min(end, number + 8)]).casefold()
    return any(word in paragraph for word in words.legal)


def _trailing(lines: Sequence[str], first: int, end: int, words: QuoteWords) -> int:
    """Leave out blank lines, ruled lines and one line that a mail program added, at the end."""
    while end > first and is_rule(lines[end - 1]):
        end -= 1
    if end > first and is_added_line(lines[end - 1], words):
        end -= 1
    return end


def is_added_line(line: str, words: QuoteWords) -> bool:
    """Whether a mail program added the line by itself, as in "Sent from my iPhone"."""
    low = line[:LONGEST].strip(_MARKS + "<([").casefold()
    if not words.mobile.of(low) or len(line) > 3 * _LINE_CHARACTERS:
        return False
    plain = low.partition("<")[0].partition("http")[0]
    return len(plain.split()) <= _TITLE_WORDS + 2 and ", " not in plain


def _block(lines: Sequence[str], first: int, end: int, words: QuoteWords) -> int:
    """A block with name and title or address at the end, below a closing formula or an empty line."""
    top = end
    found = contacts = 0
    for number in range(end - 1, first - 1, -1):
        line = lines[number].strip()
        if is_rule(line):
            continue
        if is_signoff(line, words):
            return _below(lines, number, end) if found > 1 else end
        if found >= BLOCK_LINES or not _fits(line, words):
            break
        found += 1
        contacts += bool(_CONTACT.search(line[:LONGEST]))
        if number > first and is_rule(lines[number - 1]) and _is_name(line):
            top = number
    return top if contacts and top < end and _below(lines, top, end) < end else end


def _below(lines: Sequence[str], number: int, end: int) -> int:
    """The first line with text after `number`."""
    return next((below for below in range(number + 1, end) if lines[below].strip()), end)


def is_signoff(line: str, words: QuoteWords) -> bool:
    """Whether the line is a closing formula such as "Best regards,"."""
    if len(line) > _SIGNOFF_CHARACTERS:
        return False
    return line.casefold().strip(" \t,.!;-–—*").replace("  ", " ") in words.signoffs


def _fits(line: str, words: QuoteWords) -> bool:
    """Whether the line may be part of a signature block: a name, a title, a company, an address, a number."""
    if len(line) > LONGEST or line.startswith(">"):
        return False
    parts = line.casefold().replace("|", " ").split()
    if any(part.strip(",;.!?:()\"'*") in words.prose for part in parts):
        return False
    if _CONTACT.search(line):
        return len(parts) <= 2 * _TITLE_WORDS
    if len(line) > _LINE_CHARACTERS or (line[-1] in ".?!:," and not parts[-1].endswith(_COMPANY_ENDINGS)):
        return line.endswith(",") and _is_name(line)
    long = [part for part in line.split() if len(part) > 3 and part.strip(",.").isalpha()]  # noqa: PLR2004
    return len(parts) <= _TITLE_WORDS and 2 * sum(part[0].isupper() for part in long) >= len(long)


def _is_name(line: str) -> bool:
    """Whether the line may be a person's name: one to four words, each with a capital, no figures."""
    parts = line.strip(" ,*_-–—").split(",")[0].split()
    if not 1 <= len(parts) <= _NAME_WORDS or any(map(str.isdigit, line)):
        return False
    return all(not part[0].isalpha() or part[0].isupper() or not part.isascii() for part in parts)
