"""What workflow functions need beside a session: the policy and how our mail is addressed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.closeouts import Closeouts, load_closeouts
from config.fields import Fields, load_fields
from config.matrix import Matrix
from config.playbooks import Playbooks
from config.policy import Policy
from config.rollups import Rollups, load_rollups
from config.settings import Outgoing


@dataclass(frozen=True)
class Context:
    """Wired once at the edge. `silent` holds every notice back, for a backfill at true dates.

    `boxes` are the watched mailboxes, name to address: what customers write to, and get answers from.

    `playbooks` is None where nobody does duties: in a replay, in a drill, or because the policy says so.
    `matrix` is None where nobody can be asked: in a replay and in a drill.
    """

    policy: Policy
    outgoing: Outgoing
    silent: bool = False
    fields: Fields = field(default_factory=load_fields)
    closeouts: Closeouts = field(default_factory=load_closeouts)
    rollups: Rollups = field(default_factory=load_rollups)
    boxes: Mapping[str, str] = field(default_factory=dict)
    playbooks: Playbooks | None = None
    matrix: Matrix | None = None
