"""Searches a desk's record after everything on it was indexed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ingest.searchable import fill_here
from store.mail import Conversation, Message
from store.people import Person
from tests.workflow.desk import Desk
from tests.workflow.letters import letter
from workflow.dates import When
from workflow.search import Found, Page, search
from workflow.searchwords import read_search


@dataclass
class Finder:
    """Called with a search, it gives what a person finds, by default Lena."""

    desk: Desk

    def __call__(self, text: str, person: Person | None = None, **page: int) -> Found:
        """What the person finds; `page` is a limit and an offset."""
        while fill_here(self.desk.session, self.desk.now):
            pass
        who = self.desk.lena if person is None else person
        asked = read_search(text, When(self.desk.now, who.zone))
        return search(self.desk.session, who, asked, self.desk.now, Page(**page))

    def titles(self, text: str) -> list[str]:
        """The titles of what Lena finds."""
        return [hit.title for hit in self(text).hits]

    @property
    def conversation(self) -> Conversation:
        """The one of the desk's escalation."""
        own = select(Conversation).where(Conversation.escalation_id == self.desk.esc.id)
        return self.desk.session.scalars(own).one()

    def mail(self, text: str, **changes: Any) -> Message:
        """A mail of that conversation."""
        return letter(self.desk.session, self.conversation, text, self.desk.now, **changes)
