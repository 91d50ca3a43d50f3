"""A Redis queue that rings: an idle worker hears of new work at once instead of looking for it ten times a second."""

from typing import Any

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

BUSY_SECONDS = 0.05
"""The longest sleep while a worker is at work: its end, which makes room for more, does not ring."""


class RingingBroker(RedisBroker):
    """dramatiq's Redis broker, with a note to all consumers about each new message. A lost note costs a second."""

    @property
    def bell(self) -> str:
        """The channel of the notes."""
        return f"{self.namespace}:bell"

    @property
    def consumer_class(self) -> type["_Consumer"]:
        """The consumer that listens."""
        return _Consumer

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Put the message into its queue, then ring."""
        message = super().enqueue(message, delay=delay)
        self.client.publish(self.bell, "")
        return message


class _Consumer(_RedisConsumer):
    def __init__(self, broker: RingingBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        # Without a pause of its own: the bell below is what it waits for.
        super().__init__(broker, queue_name, prefetch, 0)  # type: ignore[no-untyped-call]
        self._idle_seconds = timeout / 1000
        self._bell = broker.client.pubsub()
        self._bell.subscribe(broker.bell)

    def __next__(self) -> Any:
        """The next message, or None when none came for a while."""
        message = super().__next__()  # type: ignore[no-untyped-call]
        if message is None:
            try:
                self._bell.get_message(timeout=BUSY_SECONDS if self.outstanding_message_count else self._idle_seconds)
            except redis.ConnectionError as error:
                raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return message

    def close(self) -> None:
        """Stop listening."""
        self._bell.close()
        super().close()
