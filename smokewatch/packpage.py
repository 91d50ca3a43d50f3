"""Writes the readable page of an evidence pack: one HTML file that fetches and runs nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.phrases import opened, words
from smokewatch.cli.explain import in_words
from smokewatch.cli.fieldrows import size
from smokewatch.packfacts import Mail
from store.story import Event

SHOWN = 2_000
"""Characters of one mail on the page; the whole lies beside it."""


@dataclass(frozen=True)
class Page:
    """All that the page shows. `paths` are those of the raw mails by message id; `files` name their path or problem."""

    record: Mapping[str, Any]
    mails: Sequence[Mail]
    events: Sequence[Event]
    paths: Mapping[int, str]
    files: Sequence[Mapping[str, Any]]
    redactions: Sequence[Mapping[str, Any]]
    verification: Mapping[str, Any]
    chain: Sequence[Mapping[str, str | None]]
    zone: ZoneInfo


@dataclass(frozen=True)
class _Shown:
    """One line of the timeline."""

    at: datetime
    kind: str
    what: str
    quote: str = ""
    lines: tuple[str, ...] = field(default=())
    path: str = ""

    @property
    def time(self) -> str:
        """The time of day."""
        return f"{self.at:%H:%M}"


def write_page(page: Page) -> str:
    """The page as HTML; whatever others wrote is text in it, never markup."""
    environment = Environment(
        loader=PackageLoader("config", "templates/pack"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["size"] = size
    writer = _Writer(page)
    return environment.get_template("timeline.html").render(
        head=page.record["escalation"],
        zone=page.zone.key,
        facts=list(writer.facts()),
        promises=[writer.promise(each) for each in page.record["escalation"]["promises"]],
        closeouts=[writer.closeout(each) for each in page.record["closeouts"]],
        tasks=[writer.task(each) for each in page.record["action_items"]],
        files=page.files,
        redactions=[{**each, "when": writer.when(each["sent_at"])} for each in page.redactions],
        days=list(writer.days()),
        verification=page.verification,
        chain=[writer.row(each) for each in page.chain],
    )


class _Writer:
    """Puts the facts of one pack into words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._mails = {mail.id: mail for mail in page.mails}

    def when(self, value: object) -> str:
        """A moment on the team's clock; empty for none."""
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(at, datetime):
            return ""
        local = at.astimezone(self.page.zone)
        return f"{local:%a} {local.day} {local:%b %Y %H:%M}"

    def facts(self) -> Iterator[tuple[str, str]]:
        """The head of the record, without what is empty."""
        esc = self.page.record["escalation"]
        owner = esc["owner"]["name"] if esc["owner"] else "nobody"
        rows = {
            "State": words(esc["state"]),
            "Owner": owner,
            "Severity": f"Sev {esc['path']}, priority {esc['priority']}",
            "Type": f"{words(esc['type'])}, {words(esc['category'])}",
            "Opened": f"{self.when(esc['opened_at'])}: {opened(esc['opened_why'])}",
            "Resolved": self.when(esc["resolved_at"]),
            "Closed": self.when(esc["closed_at"]),
            "Next step": esc["next_step"] or "",
            "Taking part": ", ".join(each["name"] for each in esc["participants"]),
            "Belongs to": ", ".join(map(_anchor, self.page.record["anchors"])),
            "Merged into": esc["merged_into"] or "",
        }
        return ((name, value) for name, value in rows.items() if value)

    def promise(self, each: Mapping[str, Any]) -> dict[str, str]:
        """One promise."""
        return {
            "n": str(each["n"]), "quote": each["quote"], "by": each["made_by"], "due": self.when(each["due_at"]),
            "state": words(each["state"]),
        }  # fmt: skip

    def closeout(self, each: Mapping[str, Any]) -> dict[str, Any]:
        """One version of the post-mortem."""
        names = ("root_cause", "resolution", "customer_impact", "internal_impact", "lessons")
        parts = [(words(name).capitalize(), each[name]) for name in names if each[name]]
        by, when = each["person_id"] or "", self.when(each["at"])
        return {"version": each["version"], "by": by, "when": when, "parts": parts}

    def task(self, each: Mapping[str, Any]) -> dict[str, str]:
        """One action item."""
        return {
            "n": str(each["n"]), "text": each["text"], "outcome": each["outcome"], "who": each["assignee_id"] or "",
            "due": self.when(each["due_at"]), "state": words(each["state"]),
        }  # fmt: skip

    def row(self, each: Mapping[str, str | None]) -> dict[str, str]:
        """One row of the audit chain."""
        change = " → ".join(value for value in (each["from_value"], each["to_value"]) if value)
        return {
            "seq": str(each["seq"]), "when": self.when((each["at"] or "").replace("Z", "+00:00")),
            "actor": each["actor"] or "", "what": f"{words(each['action'])} {change}".strip(),
            "hash": each["hash"] or "",
        }  # fmt: skip

    def days(self) -> Iterator[dict[str, Any]]:
        """The timeline, day by day."""
        shown = [self._event(each) for each in self.page.events if each.facts.get("action") != "comment"]
        shown += [self._comment(each) for each in self.page.record["comments"]]
        shown.sort(key=lambda each: each.at)
        for day, events in groupby(shown, key=lambda each: each.at.date()):
            yield {"name": f"{day:%A} {day.day} {day:%B %Y}", "events": list(events)}

    def _event(self, event: Event) -> _Shown:
        head, *rest = (line.plain for line in in_words(event, self.page.zone))
        at = event.at.astimezone(self.page.zone)
        mail = self._mails.get(event.facts["message"]) if event.kind == "mail" else None
        if mail is None:
            return _Shown(at, event.kind, head, "", tuple(rest))
        if mail.emptied:
            return _Shown(at, "mail", head, "", ("Its content is no longer kept.",))
        text = mail.text.strip()
        cut = ("The rest of its text is in the mail itself.",) if len(text) > SHOWN else ()
        return _Shown(at, "mail", head, text[:SHOWN], cut, self.page.paths.get(mail.id, ""))

    def _comment(self, each: Mapping[str, Any]) -> _Shown:
        at = datetime.fromisoformat(each["at"]).astimezone(self.page.zone)
        return _Shown(at, "record", f"{each['person_id']} ({each['channel']}) wrote", each["text"])


def _anchor(each: Mapping[str, Any]) -> str:
    until = " (formerly)" if each["until"] else ""
    return f"{each['kind']} {each['external_id']}, {each['name']}{until}"
