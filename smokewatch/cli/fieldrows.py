"""What `smokewatch show` prints of an escalation's fields, files and of what it belongs to."""

from typing import Any

from config.fields import Fields
from store.impact import Impact
from store.shapes import FileView
from store.views import EscalationView
from workflow.fieldvalues import show_value


def facts_of(view: EscalationView, fields: Fields) -> dict[str, Any]:
    """What it is, how much hangs on it, how it ends; None where nobody has said it."""
    badges = (f"{person.name}{' (owner)' if person.is_owner else ''}" for person in view.participants)
    anchor = view.anchor
    return {
        "type": fields.types.get(view.type, view.type),
        "category": fields.categories.get(view.category, view.category),
        "affected users": None if view.affected_users is None else f"{view.affected_users:,}",
        "impact": say_impact(view.impact),
        "belongs to": None if anchor is None else f"{anchor.kind} {anchor.external_id}, {anchor.name}",
        "steps to resolve": view.steps_to_resolve,
        "path to green": view.path_to_green,
        **{each.label: show_value(each.value) for each in view.custom if each.value is not None},
        "not said yet": ", ".join(each.label for each in view.custom if each.value is None) or None,
        "taking part": ", ".join(badges) or None,
    }


def say_impact(impact: Impact) -> str:
    """`62 of 100 (tier gold: 15 of 20; ...)`: the number with its terms."""
    return f"{impact.score} of 100 ({'; '.join(str(term) for term in impact.terms)})"


def sections_of(view: EscalationView) -> dict[str, list[dict[str, Any]]]:
    """The files, and what it belonged to before, as tables by their title."""
    before = [
        {"what": f"{a.kind} {a.external_id}", "name": a.name, "since": a.since, "until": a.until, "why": a.why}
        for a in view.anchors
    ]
    return {
        "Links": [{"n": n, "link": link} for n, link in enumerate(view.links, 1)],
        "Files": [file_row(each) for each in view.files],
        "Belonged to": before if len(before) > 1 or view.anchor is None else [],
    }


def file_row(file: FileView) -> dict[str, Any]:
    """A file as one line of a table."""
    return {
        "id": file.id,
        "name": file.name,
        "size": size(file.size),
        "on": file.on,
        "by": file.by,
        "at": file.at,
    }


def size(count: int) -> str:
    """Bytes as people read them: `900 B`, `12 kB`, `3.4 MB`."""
    if count < 1_000:  # noqa: PLR2004 - the units are decimal, as disks and mail programs show them
        return f"{count} B"
    return f"{count / 1e3:.0f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004
