"""The rows of an alert's table that tell what the record holds beside state and owner, where it holds anything."""

from alerts.clean import one_line
from store.impact import UNKNOWN
from store.views import EscalationView

WORTH_TELLING = 50
"""Points of impact from which on it is told even where nobody said how many people are affected."""
LONGEST = 300
"""Characters of a text in a row; the whole stands in `smokewatch show`."""


def record_rows(view: EscalationView) -> list[tuple[str, str]]:
    """Impact, path to green and what it belongs to, as label and sentence."""
    rows = []
    if view.affected_users is not None or view.impact.score >= WORTH_TELLING:
        rows.append(("Impact", _impact(view)))
    if view.path_to_green:
        rows.append(("Path to green", one_line(view.path_to_green, LONGEST)))
    if view.anchor is not None:
        name = f"{view.anchor.kind} {view.anchor.external_id}, {view.anchor.name}"
        rows.append(("Belongs to", one_line(name, 120)))
    return rows


def _impact(view: EscalationView) -> str:
    known = [f"{term.name} {term.value}" for term in view.impact.terms if term.value != UNKNOWN]
    return one_line(f"{view.impact.score} of 100: {', '.join(known)}", LONGEST)
