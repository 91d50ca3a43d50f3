"""What workflow functions need beside a session: the policy and how our mail is addressed."""

from dataclasses import dataclass

from config.policy import Policy
from config.settings import Outgoing


@dataclass(frozen=True)
class Context:
    """Wired once at the edge. `silent` holds every notice back, for a backfill at true dates."""

    policy: Policy
    outgoing: Outgoing
    silent: bool = False
