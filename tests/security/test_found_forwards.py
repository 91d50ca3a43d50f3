"""A forged forward to the escalation address accuses nobody, and a thousand of them fill no table."""

from sqlalchemy import select

from ingest.process import process_batch
from store.database import Store
from store.record import Audit
from tests.ingest.scene import NOW, context, keep, letter, people


def test_forged_forwards_are_written_down_twenty_times_and_not_as_the_persons_deed(store: Store) -> None:
    with store.transaction() as session:
        people(session)
        ids = keep(
            session, [letter(n, "Please look", From="lena@us.example", To="escalate@esc.us.example") for n in range(30)]
        )
    process_batch(store, ids, context(), NOW)
    with store.transaction() as session:
        rows = session.execute(select(Audit.actor, Audit.from_value, Audit.reason)).all()
    assert {tuple(row) for row in rows} == {("smokewatch", "lena@us.example", "forward-not-authenticated")}
    assert len(rows) == context().workflow.policy.commands.bad_tokens_per_hour
