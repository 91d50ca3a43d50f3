"""What is asked of a run of commands, and what it answers line by line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.policy import CommandPolicy
from workflow.closeform import Form
from workflow.context import Context
from workflow.pages import Page
from workflow.trust import Trust


@dataclass(frozen=True)
class Line:
    """What became of one line of the reply."""

    line: str
    outcome: str
    ok: bool
    corrected_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a notice's facts hold it; `corrected_from` only where something was forgiven."""
        plain = {"line": self.line, "outcome": self.outcome, "ok": self.ok}
        return plain if self.corrected_from is None else plain | {"corrected_from": self.corrected_from}


@dataclass(frozen=True)
class Transcript:
    """The answer to one reply. `pending_id` is set when some lines wait for the one-time confirm.

    `form` is the closeout's, where a `close` lacked something; `pages` are what was asked to be shown.
    """

    lines: tuple[Line, ...]
    comment_added: bool = False
    state: str = ""
    undo: str | None = None
    ask: str | None = None
    pending_id: int | None = None
    pending_lines: tuple[str, ...] = ()
    expires_at: datetime | None = None
    form: Form | None = None
    pages: tuple[Page, ...] = ()

    def answer_facts(self) -> dict[str, Any]:
        """Facts of an ANSWER notice (the caller adds `in_reply_to`)."""
        return {
            "lines": [line.to_json() for line in self.lines],
            "comment_added": self.comment_added,
            "waiting": self.pending_id is not None,
            "state": self.state,
            "undo": self.undo,
            "ask": self.ask,
            "form": None if self.form is None else self.form.to_json(),
            "pages": [each.to_json() for each in self.pages],
        }

    def confirm_facts(self) -> dict[str, Any]:
        """Facts of a CONFIRM notice; only with a `pending_id`."""
        return {
            "lines": list(self.pending_lines),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "pending_id": self.pending_id,
        }


@dataclass(frozen=True)
class Request:
    """On whose word, with what trust, and out of which message of the store a block is run."""

    allowed: Trust
    context: Context
    source_message_id: int | None = None

    @property
    def policy(self) -> CommandPolicy:
        """What the policy says of commands."""
        return self.context.policy.commands
