"""Writes the summary of an escalation for somebody who takes it over, in sections of short lines."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import phrases
from alerts.build import Reader
from alerts.clean import one_line
from alerts.clockwork import zone_of
from alerts.letter import Section
from config.words import Level, PromiseState, State
from store.dossier import Dossier, Paper, Task, Theirs, dossier
from store.people import Person
from store.shapes import EscalationView, FindingView, PromiseView
from store.story import Event

MOST_HAPPENED = 14
_FIRST = 3
"""Of a long story the beginning is told and the latest; the middle is for `smokewatch explain`."""
MOST_LINES = 10
_QUOTED = 200

_TOLD = {
    "state": "State {0} → {1}",
    "reopened": "Reopened, {0} → {1}",
    "owner": "Owner: {1}",
    "priority": "Priority {0} → {1}",
    "path": "Path Sev {0} → Sev {1}",
    "risk": "Risk {0} → {1}",
    "waiting_on": "Waiting on {1}",
    "closeout": "Closeout {1} written",
    "signed off": "The customer signed off",
    "merged from": "{1} became part of it",
    "split off": "{1} was split off",
    "anchor": "Belongs to {1}",
}
"""Acts that tell how it came to where it stands, each with what it was before and after."""

_OUTCOMES = {
    PromiseState.PENDING: "open",
    PromiseState.UNARMED: "waits for the customer",
    PromiseState.SUPERSEDED: "replaced by a later one",
}
"""What became of a promise, where the state's name does not say it."""


def sections(session: Session, escalation_id: int, reader: Reader) -> tuple[Section, ...]:
    """What happened, what was promised, what is open, why it is risky, who matters, and the files; empty ones left out.

    Raises:
        LookupError: there is no escalation of this number.

    """
    known = dossier(session, escalation_id, reader.now)
    writer = _Writer(session, known, reader)
    made = (
        Section("What happened", tuple(writer.happened())),
        Section("What we promised", _cut(list(map(writer.promise, known.view.promises)))),
        Section("What is open", _cut(list(writer.open_work()))),
        Section(f"Why the risk is {known.view.risk}", _cut(list(map(writer.term, known.view.findings)))),
        Section("Who matters at the customer", _cut(list(map(writer.theirs, known.theirs)))),
        Section("Who is on it", _cut(list(writer.ours()))),
        Section("Notes among us", _cut(list(writer.notes()), latest=True)),
        Section("Files", _cut(list(map(writer.paper, known.papers)), latest=True)),
    )
    return tuple(section for section in made if section.lines)


def _cut(lines: list[str], *, latest: bool = False) -> tuple[str, ...]:
    """The lines there is room for, and how many more there are."""
    more = len(lines) - MOST_LINES
    if more <= 0:
        return tuple(lines)
    kept = lines[-MOST_LINES:] if latest else lines[:MOST_LINES]
    return (*kept, f"and {more} {'older' if latest else 'more'}")


class _Writer:
    """Puts the facts of one escalation into words for one reader."""

    def __init__(self, session: Session, known: Dossier, reader: Reader) -> None:
        self.known, self.reader, self.zone = known, reader, zone_of(reader.person)
        self._names: dict[str, str] = dict(session.execute(select(Person.email, Person.name)).all())

    def happened(self) -> Iterator[str]:
        """The turns of the story; of a long one the beginning and the latest."""
        told = [line for event in self.known.told if (line := self._turn(event))]
        told.insert(0, f"{self._when(self.known.view.opened_at)}: Opened: {self._why()}")
        more = len(told) - MOST_HAPPENED
        if more <= 0:
            yield from told
            return
        yield from told[:_FIRST]
        yield f"({more} more: smokewatch explain {self.known.view.number})"
        yield from told[_FIRST + more :]

    def promise(self, promise: PromiseView) -> str:
        """One promise with what became of it."""
        due = f", due {self._when(promise.due_at)}" if promise.due_at else ""
        state = PromiseState(promise.state)
        outcome = _OUTCOMES.get(state, phrases.words(state))
        if state is PromiseState.PENDING and promise.due_at and promise.due_at < self.reader.now:
            outcome = "overdue"
        return f"{outcome.capitalize()}: “{one_line(promise.quote, _QUOTED)}” ({self._who(promise.made_by)}{due})"

    def open_work(self) -> Iterator[str]:
        """The next step, whom it waits on, and all tasks."""
        view = self.known.view
        if view.next_step:
            yield self._dated(f"Next step: {one_line(view.next_step)}", view)
        if view.waiting_on:
            yield f"Waiting on {one_line(view.waiting_on, 80)}"
        yield from map(self._task, self.known.tasks)
        if view.state not in (State.RESOLVED, State.CLOSED) and not view.next_step:
            yield "No next step is written down"

    def term(self, finding: FindingView) -> str:
        """One finding that makes the risk up, with its proof and what would settle it."""
        said = f"“{one_line(finding.quote, _QUOTED)}” ({one_line(finding.author, 80)})"
        name = f"{phrases.name_of(finding.signal)}, {Level(finding.level).name.lower()}"
        return f"{name}: {said}. Settled when {finding.clears_when.rstrip('.')}"

    def theirs(self, each: Theirs) -> str:
        """One of the customer's people."""
        title = f", {one_line(each.title, 80)}" if each.title else ""
        mark = " (executive)" if each.executive else ""
        mails = "1 mail" if each.wrote == 1 else f"{each.wrote} mails"
        last = f", the last {self._when(each.last_at)}" if each.last_at else ""
        return f"{one_line(each.name, 60)}{title}{mark}: {mails}{last}"

    def ours(self) -> Iterator[str]:
        """Our people on it, the owner first."""
        for each in self.known.ours:
            title = f", {one_line(each.title, 80)}" if each.title else ""
            yield f"{one_line(each.name, 60)}{title}{' (owner)' if each.owner else ''}"

    def notes(self) -> Iterator[str]:
        """The latest comments."""
        for note in self.known.view.comments:
            yield f"{one_line(note.by, 60)}, {self._when(note.at)}: {one_line(note.text, 300)}"

    def paper(self, paper: Paper) -> str:
        """One file."""
        by = f", {one_line(paper.by, 60)}" if paper.by else ""
        return f"{one_line(paper.name, 80)} ({_size(paper.size)}{by}, {self._when(paper.at)})"

    def _turn(self, event: Event) -> str | None:
        facts = event.facts
        if event.kind == "finding" and Level(facts["level"]) >= Level.RAISED > Level(facts["from_level"]):
            return f"{self._when(event.at)}: {phrases.name_of(facts['signal'])}: “{one_line(facts['quote'], 120)}”"
        said = _TOLD.get(facts["action"]) if event.kind == "record" else None
        if said is None:
            return None
        values = (self._who(facts["from_value"]), self._who(facts["to_value"]))
        by = "" if facts["actor"] == "smokewatch" else f" ({self._who(facts['actor'])})"
        why = f": {one_line(facts['reason'], 120)}" if facts["action"] == "reopened" and facts["reason"] else ""
        return f"{self._when(event.at)}: {said.format(*values)}{by}{why}"

    def _why(self) -> str:
        return one_line(phrases.opened(self.known.view.opened_why), _QUOTED)

    def _task(self, task: Task) -> str:
        who = f" ({one_line(task.who, 60)})" if task.who else ""
        due = f", by {self._when(task.due_at)}" if task.due_at else ""
        late = ", overdue" if task.due_at and task.due_at < self.reader.now else ""
        return f"{task.kind.capitalize()} {task.n}: {one_line(task.text, _QUOTED)}{who}{due}{late}"

    def _dated(self, said: str, view: EscalationView) -> str:
        if view.next_step_due is None:
            return said
        return f"{said}, by {self._when(view.next_step_due)}{', overdue' if view.next_step_overdue else ''}"

    def _who(self, value: str | None) -> str:
        return one_line(self._names.get(value or "", phrases.words(value or "nobody")), 80)

    def _when(self, at: object) -> str:
        return phrases.when(at, self.zone, self.reader.now)


def _size(count: int) -> str:
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if count >= size:
            return f"{count / size:.0f} {unit}"
    return f"{count} bytes"
