"""`search: words`: the first few texts of the whole record that fit; changes nothing."""

from workflow.dates import When
from workflow.search import Found, Page, search
from workflow.searchhits import Hit
from workflow.searchwords import read_search
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, after_colon

SHOWN = 5
"""More than these is a job for a screen."""


def _run(work: Work) -> Outcome:
    asked = read_search(work.args["query"], When(work.by.now, work.person.zone))
    found = search(work.session, work.person, asked, work.by.now, Page(SHOWN))
    return Outcome("\n".join([_summary(found), *(_line(work, hit) for hit in found.hits)]))


def _summary(found: Found) -> str:
    instead = "".join(f"Nothing has “{word}”; showing results for “{other}”. " for word, other in found.instead)
    if not found.hits:
        return "Nothing that you may see fits. Fewer words, or another form of them, find more."
    if found.total <= len(found.hits):
        return f"{instead}{found.total} found:"
    count = f"{'over ' if found.more else ''}{found.total}"
    return f"{instead}The first {len(found.hits)} of {count}; `smokewatch search` shows the rest:"


def _line(work: Work, hit: Hit) -> str:
    parts = (hit.number or "no escalation", hit.who, work.says(hit.at), hit.title)
    said = f": “{hit.quote}”" if hit.quote else ""
    return f"- {', '.join(part for part in parts if part)}{said}"


VERB = Verb(
    name="search",
    aliases=("find",),
    usage="search: words",
    meaning='what was written about something, anywhere; takes "exact words", -not, account: state: from: and more',
    parse=after_colon("query", needed='Say what to search for: `search: invoice account:norvik`, or `search: "late"`.'),
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
    everyday=True,
)
