"""What workflow functions need beside a session: the policy and how our mail is addressed."""

from dataclasses import dataclass, field

from config.closeouts import Closeouts, load_closeouts
from config.fields import Fields, load_fields
from config.playbooks import Playbooks
from config.policy import Policy
from config.settings import Outgoing


@dataclass(frozen=True)
class Context:
    """Wired once at the edge. `silent` holds every notice back, for a backfill at true dates.

    `playbooks` is None where nobody does duties: in a replay, in a drill, or because the policy says so.
    """

    policy: Policy
    outgoing: Outgoing
    silent: bool = False
    fields: Fields = field(default_factory=load_fields)
    closeouts: Closeouts = field(default_factory=load_closeouts)
    playbooks: Playbooks | None = None
