"""A deliverer's claim on one mail to a customer, under the same rules as one on a notice (see `alerts.lease`)."""

import time
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from alerts.lease import AFTER_DOT, LEASE, RENEW_SECONDS
from config.recordwords import CustomerMailState
from store.bulk import just
from store.customer import CustomerMail
from store.database import Store


class CustomerClaim:
    """One approved mail in this deliverer's hands. `attempt` is the fence: whoever claims later has a higher one."""

    def __init__(self, store: Store, mail: CustomerMail, now: datetime) -> None:
        self.mail_id, self.attempt = mail.id, mail.attempts
        self.uncertain = mail.phase == AFTER_DOT
        self._store, self._now = store, now
        self._began = self._renewed = time.monotonic()

    def held(self, session: Session) -> CustomerMail | None:
        """The mail, locked for this transaction; None when the claim is void."""
        return session.scalar(select(CustomerMail).where(self._mine()).with_for_update())

    def alive(self) -> None:
        """Renew the claim when enough time has passed."""
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            self._write()

    def before_dot(self) -> bool:
        """Write down that a copy may be with the server from now on; False when the claim is void."""
        return self._write(phase=AFTER_DOT, repeats=CustomerMail.repeats + (1 if self.uncertain else 0))

    def _mine(self) -> ColumnElement[bool]:
        return and_(
            CustomerMail.id == self.mail_id,
            CustomerMail.attempts == self.attempt,
            CustomerMail.state == CustomerMailState.WAITING,
        )

    def _write(self, **values: object) -> bool:
        self._renewed = time.monotonic()
        until = self._now + timedelta(seconds=self._renewed - self._began) + LEASE
        with self._store.transaction() as session:
            mine = update(CustomerMail).where(self._mine()).values(claimed_until=until, **values)
            return session.execute(mine.returning(CustomerMail.id)).first() is not None


def due(now: datetime) -> ColumnElement[bool]:
    """The clause for mails that may be claimed: approved by somebody, waiting, and nobody's at the moment."""
    free = or_(CustomerMail.claimed_until.is_(None), CustomerMail.claimed_until <= now)
    waiting = just(CustomerMail.state, CustomerMailState.WAITING)
    return and_(waiting, CustomerMail.approved_by.is_not(None), CustomerMail.not_before <= now, free)


def claim_one(store: Store, now: datetime) -> CustomerClaim | None:
    """Take the oldest due mail, counting the attempt before anything can go wrong with it."""
    with store.transaction() as session:
        order = (CustomerMail.not_before, CustomerMail.id)
        free = select(CustomerMail).where(due(now)).order_by(*order).limit(1).with_for_update(skip_locked=True)
        mail = session.scalar(free)
        if mail is None:
            return None
        mail.attempts += 1
        mail.claimed_until = now + LEASE
        return CustomerClaim(store, mail, now)
