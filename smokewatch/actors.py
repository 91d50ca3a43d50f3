"""The queue: dramatiq over Redis, carrying only numbers of kept mails; losing all of it loses nothing."""

from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
import structlog
from dramatiq.middleware import AgeLimit, Callbacks, CurrentMessage, Retries, ShutdownNotifications, TimeLimit
from redis.exceptions import RedisError

from smokewatch.bell import RingingBroker

BATCH = 50
"""Mails named by one message: a commit per mail would cost a factor of three to four."""
QUEUE = "mail"
HEARTBEAT_MS = 5_000
"""With dramatiq's minute, the work of a killed worker waits 407 s; with this and eager maintenance, 5 s."""
EAGER_MAINTENANCE = 1_000_000
WORKER_TIMEOUT_MS = 1_000
"""How often an idle worker looks, tells that it lives, and notices a stop; new work wakes it at once (`bell`)."""
TIME_LIMIT_MS = 10 * 60_000
MAX_RETRIES = 3
"""Few on purpose: attempts are counted in the database, and the requeue finds whatever is left."""

log = structlog.get_logger("smokewatch.queue")


def make_broker(redis_url: str) -> RingingBroker:
    """A broker that connects on first use."""
    middleware = [
        AgeLimit(), TimeLimit(time_limit=TIME_LIMIT_MS), ShutdownNotifications(), Callbacks(), CurrentMessage(),
        Retries(max_retries=MAX_RETRIES, min_backoff=1_000, max_backoff=30_000),
    ]  # fmt: skip
    return RingingBroker(  # type: ignore[no-untyped-call]
        url=redis_url,
        middleware=middleware,
        namespace="smokewatch",
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=EAGER_MAINTENANCE,
    )


class Queue:
    """Hands mails over for processing. Calling it with the same mails twice does no harm: the work is idempotent."""

    def __init__(self, broker: dramatiq.Broker, process: Callable[[Sequence[int]], None]) -> None:
        self.broker = broker

        @dramatiq.actor(broker=broker, actor_name="process", queue_name=QUEUE)
        def work(ids: list[int]) -> None:
            process(ids)

        self._actor: dramatiq.Actor[Any, Any] = work

    def hand_over(self, ids: Sequence[int]) -> None:
        """Name kept mails to the workers. Redis being away is no error: the requeue names them again."""
        for start in range(0, len(ids), BATCH):
            batch = list(ids[start : start + BATCH])
            try:
                self._actor.send(batch)
            except (RedisError, dramatiq.errors.ConnectionError) as error:
                log.warning("queue_unreachable", mails=len(ids) - start, error=type(error).__name__)
                return

    def worker(self, threads: int) -> dramatiq.Worker:
        """A worker of this process, not yet started."""
        return dramatiq.Worker(self.broker, worker_timeout=WORKER_TIMEOUT_MS, worker_threads=threads)
