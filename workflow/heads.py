"""Says which command one line is: to the letter, with a typo that can mean only one, or none."""

import re
import unicodedata
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from workflow.verbs import VERBS
from workflow.verbs.base import Rest, Verb

_DECORATION = re.compile(r"(?:[-*•/#]{1,2}[ \t]*|\d{1,2}[.)][ \t]+)?(?:\[?ESC-(\d{1,9})\]?[:,]?[ \t]+)?", re.ASCII)
_WORDS = re.compile(r"([A-Za-z]+(?:-[A-Za-z]+)?)(?:[ \t]+([A-Za-z]+))?(?:[ \t]+([A-Za-z]+))?")
_LENGTHS = (3, 2, 1)
"""Words a command may have, the most first: `path to green` is not a `path`."""
_TRAILING_NUMBER = re.compile(r"[ \t,]+(?:for |on )?\[?ESC-(\d{1,9})\]?[.!]?$", re.IGNORECASE)
_SEVERITY = re.compile(r"(sev|severity)-?([12])(?=[.!]?$)", re.IGNORECASE | re.ASCII)

_LONGEST_SEVERITY = 20
"""`- ESC-123: severity-1.` with room to spare."""
_LONGEST_ARGUMENT = 120
_SHORTEST_SLIP = 4
_LONGEST_SLIP = 3
"""Words of a line that may be a command gone wrong; more are a sentence."""
_ALIKE = 0.6
"""Share of letters in place from which a word is offered as a command; below it the advice is guesswork."""

_HEADS: dict[str, Verb] = {word: verb for verb in VERBS.values() for word in (verb.name, *verb.aliases)}

# fmt: off
_ORDINARY = frozenset(
    {
        "act", "ask", "assumptions", "back", "bend", "block", "cause", "chose", "clock", "cloned", "closer", "craft",
        "date", "dated", "dependence", "dependent", "dine", "discards", "disk", "dock", "does", "done", "drafts",
        "else", "end", "fine", "given", "gone", "held", "hell", "hello", "hope", "issued", "issues", "just", "keep",
        "kelp", "know", "lack", "later", "lend", "lessen", "lesser", "lets", "like", "line", "little", "loch",
        "locked", "locks", "look", "lose", "loved", "luck", "made", "make", "mane", "mark", "mend", "merit", "mice",
        "mike", "mile", "milestones", "mind", "mines", "mint", "mite", "more", "most", "move", "much", "must", "name",
        "need", "nice", "night", "nine", "none", "nope", "nose", "not", "noted", "notes", "now", "once", "one", "only",
        "open", "out", "over", "owe", "owed", "own", "owner", "pending", "pine", "please", "prime", "print",
        "probably", "promises", "promising", "queued", "race", "ratings", "reaches", "reason", "remove", "removed",
        "request", "respond", "rest", "result", "results", "rise", "risks", "risky", "rock", "sand", "second", "seed",
        "seen", "sends", "sent", "settle", "settles", "ship", "since", "skin", "slip", "smart", "sock", "solution",
        "solve", "solved", "soon", "sorry", "spend", "spit", "star", "state", "step", "still", "stop", "stops", "take",
        "tend", "test", "text", "thanks", "that", "then", "there", "these", "they", "this", "those", "tile", "time",
        "tissue", "titles", "typed", "types", "tyre", "under", "update", "updated", "updates", "upset", "use", "used",
        "user", "uses", "usual", "verge", "very", "vine", "wait", "want", "week", "well", "when", "while", "will",
        "wine", "wish", "with", "work", "yes", "yet", "your",
    }
)
# fmt: on
"""Words of everyday mail that lie a letter or two beside a command; none of them is a slip of the pen."""

# Letters of other scripts that look like ASCII ones (Unicode TR 39, the lower-case ones our commands are made of).
_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁһпкмтвνορτικαεг", "aeopcyxijsdhnkmtbvoptikaer")


@dataclass(frozen=True)
class Head:
    """A line's command and what stands behind it. `line` is the line with the typo mended, `typed` what was mended.

    `named` is an escalation number that the line carries beside its argument.
    """

    verb: Verb
    word: str
    rest: Rest
    line: str
    typed: str | None = None
    named: int | None = None


def exact_head(line: str) -> Head | None:
    """The command whose words the line begins with, letter by letter; None when there is none."""
    bare, named = _undress(line)
    match = _WORDS.match(bare)
    if match is None:
        return None
    for length in _LENGTHS:
        words = " ".join(word.lower() for word in match.groups()[:length] if word)
        end = match.end(length) if match[length] else match.end()
        if words in _HEADS and (rest := _rest(bare[end:])) is not None:
            return _head(Head(_HEADS[words], words, rest, bare, named=named))
    return None


def forgiven_head(line: str) -> Head | None:
    """The one command whose words the line begins with but for a slip or two; None when none or several."""
    bare, named = _undress(line)
    match = _WORDS.match(bare)
    if match is None:
        return None
    for length in _LENGTHS:
        if not match[length]:
            continue
        typed = " ".join(word.lower() for word in match.groups()[:length])
        rest = _rest(bare[match.end(length) :])
        near = sorted(_near(typed), key=lambda word: OSA.distance(typed, word))
        meant = {_HEADS[word].name for word in near}
        if len(meant) == 1 and rest is not None and typed.split()[0] not in _ORDINARY:
            line = near[0] + bare[match.end(length) :]
            return _head(Head(_HEADS[near[0]], near[0], rest, line, typed, named))
    return None


def suggestions(line: str) -> list[str]:
    """Usages of the commands a short line may have meant, the likeliest first; a short word is no slip."""
    words = line.split()
    first = words[0].lower().strip(":.!") if words else ""
    if len(first) < _SHORTEST_SLIP or len(words) > _LONGEST_SLIP or not first.isascii() or first in _ORDINARY:
        return []
    heads = [word for word, verb in _HEADS.items() if not verb.everyday]
    found = process.extract(first, heads, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=2)
    return list(dict.fromkeys(_HEADS[head].usage for head, _score, _place in found))


def disguised(line: str) -> bool:
    """Whether a line spells a command with characters that only look like its letters."""
    if line.isascii() or len(line) > 80:  # noqa: PLR2004 - longer lines are no commands
        return False
    folded = unicodedata.normalize("NFKC", line.lower()).translate(_LOOK_ALIKE)
    skeleton = "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Mn"))
    return skeleton != line.lower() and exact_head(skeleton) is not None


def _undress(line: str) -> tuple[str, int | None]:
    """The line without a list mark and without an escalation number before the command."""
    match = _DECORATION.match(line)
    assert match is not None
    bare = _SEVERITY.sub(r"\1 \2", line[match.end() :]) if len(line) < _LONGEST_SEVERITY else line[match.end() :]
    return bare, None if match[1] is None else int(match[1])


def _head(head: Head) -> Head:
    """Take an escalation number off the end of the argument, but where it is the argument."""
    rest = head.rest
    if rest.colon or head.verb.name == "merge" or len(rest.text) > _LONGEST_ARGUMENT:
        return head
    match = _TRAILING_NUMBER.search(" " + rest.text)
    if match is None:
        return head
    return replace(head, rest=Rest((" " + rest.text)[: match.start()].strip(), colon=False), named=int(match[1]))


def _rest(text: str) -> Rest | None:
    """What follows the words; None when they were only the beginning of a longer word."""
    if text and text[0] not in " \t:.,!?;":
        return None
    behind = text.lstrip(" \t")
    colon = behind.startswith(":")
    return Rest((behind[1:] if colon else behind).strip(), colon)


def _near(typed: str) -> list[str]:
    """Command words within a slip: a swap in short ones, one letter from four on, two from eight on."""
    near = []
    for head in _HEADS:
        if head.count(" ") != typed.count(" "):
            continue
        limit = 1 if len(head) < 8 else 2  # noqa: PLR2004
        if OSA.distance(typed, head, score_cutoff=limit) > limit:
            continue
        if len(head) >= 4 or sorted(typed) == sorted(head):  # noqa: PLR2004
            near.append(head)
    return near
