"""What every part of outgoing mail needs to know about this installation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from config.fields import Fields, load_fields
from config.policy import AlertPolicy, CustomerPolicy
from config.settings import Outgoing
from store.people import Person
from store.queues import QueueCount


@dataclass(frozen=True)
class AlertContext:
    """How our mail is addressed, how much of it a person gets, and which installation sends it.

    `instance_id` stands in the loop header, so that our own mail is known when it comes back (attack A22).
    `token_days` is how long a reply address works, `confirm_hours` how long a confirmation may be given; `fields` are
    what the record asks for, `customer` says what may be mailed to customers, None
    means nothing; `queues` tells what waits for a person, which needs the business hours of `workflow`.
    """

    outgoing: Outgoing
    policy: AlertPolicy
    instance_id: str
    token_days: int = 14
    confirm_hours: int = 24
    fields: Fields = field(default_factory=load_fields)
    customer: CustomerPolicy | None = None
    queues: Callable[[Session, Person, datetime], Sequence[QueueCount]] | None = None
