"""One drill under way: its clock, what has arrived, and what the trainee may do, each through the real pipeline."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from alerts.mail import OutgoingMail
from config.words import Channel
from smokewatch.drill.post import Posted, PostOffice
from smokewatch.drill.scenario import DrillError, Player, Scenario
from smokewatch.drill.stage import Stage
from store.people import Person
from workflow.change import By
from workflow.execute import Request, run_block
from workflow.grammar import parse_block
from workflow.trust import Trust

_LOOKS = frozenset({"status", "help"})
"""Verbs that change nothing: whoever looks has not acted."""


@dataclass(frozen=True)
class Act:
    """Something the trainee did: a command that was obeyed, or an answer to a customer."""

    at: datetime
    person: str
    escalation: int | None = None
    answer: Posted | None = None


@dataclass(frozen=True)
class News:
    """What one moment brought: mails that arrived, and alerts as they went out."""

    at: datetime
    mails: tuple[Posted, ...] = ()
    alerts: tuple[OutgoingMail, ...] = ()


@dataclass
class Game:
    """A drill. `me` is who the trainee is at the moment; `acts` is what was done so far."""

    scenario: Scenario
    stage: Stage
    office: PostOffice
    now: datetime
    me: Player
    acts: list[Act] = field(default_factory=list)
    _next: int = 1

    @classmethod
    def begun(cls, scenario: Scenario, stage: Stage) -> "Game":
        """At the first moment, with nothing arrived yet."""
        return cls(scenario, stage, PostOffice(scenario), scenario.calendar.begin, scenario.you)

    @property
    def is_over(self) -> bool:
        """Whether the story's time has passed."""
        return self.now >= self.scenario.calendar.end

    def next_moment(self) -> datetime:
        """When the next mail comes or something falls due; the story's end at the latest."""
        moments = [self.scenario.calendar.end]
        if self._next <= len(self.scenario.mail):
            moments.append(self._time_of(self._next))
        due = self.stage.next_due(self.now)
        return min([*moments, due] if due else moments)

    def go_on(self, until: datetime) -> News:
        """Let time pass until something arrives, at most until `until`."""
        while True:
            self.now = max(self.now, min(self.next_moment(), until))
            news = self._happen()
            if news.mails or news.alerts or self.now >= until or self.is_over:
                return news

    def command(self, escalation: int, text: str) -> list[str]:
        """Run a reply's text on an escalation as the person the trainee is; a sentence for each line."""
        context = self.stage.ctx.workflow
        with self.stage.store.transaction() as session:
            person = session.scalars(select(Person).where(Person.email == self.me.email)).one()
            block = parse_block(text, self.now, person.zone)
            if not (block.commands or block.unknown or block.problem):
                raise DrillError(f'"{text}" is no command: `ESC-{escalation} help` lists them.')
            domain = self.stage.ctx.settings.outgoing.domain
            by = By(person.id, person.email, Channel.MAIL, self.now, None, domain)
            told = run_block(session, by, escalation, block, Request(Trust.CONFIRMED, context))
        if any(line.ok for line in told.lines) and {each.verb for each in block.commands} - _LOOKS:
            self.acts.append(Act(self.now, self.me.email, escalation=escalation))
        return [line.outcome for line in told.lines] + ([told.ask] if told.ask else [])

    def answer(self, number: int, text: str) -> Posted:
        """Send our answer to a mail of the story."""
        asked = self.office.mail(number)
        if asked is None:
            raise DrillError(f"There is no mail {number} yet: `mails` lists what has arrived.")
        if not text.strip():
            raise DrillError(f"The answer is empty: write it as `answer {number}: We are on it.`")
        sent = self.office.answer(asked, self.me, text, self.now)
        self.stage.take(sent.raw, self.now)
        self.acts.append(Act(self.now, self.me.email, answer=sent))
        return sent

    def become(self, name: str) -> Player:
        """Be another of the players from now on, by first name, full name or address."""
        for each in self.scenario.person:
            if name.lower() in {each.name.lower(), each.name.split()[0].lower(), each.email.lower()}:
                self.me = each
                return each
        raise DrillError(f'Nobody here is called "{name}": {", ".join(each.name for each in self.scenario.person)}.')

    def settle(self) -> News:
        """What an act of this very moment brings at once."""
        return News(self.now, alerts=tuple(self.stage.settle(self.now)))

    def _happen(self) -> News:
        mails = []
        while self._next <= len(self.scenario.mail) and self._time_of(self._next) <= self.now:
            written = self.office.write(self._next, self.now)
            self._next += 1
            if written is not None:
                self.stage.take(written.raw, self.now)
                mails.append(written)
        return News(self.now, tuple(mails), tuple(self.stage.settle(self.now)))

    def _time_of(self, number: int) -> datetime:
        return self.scenario.calendar.begin + timedelta(minutes=self.scenario.mail[number - 1].at)
