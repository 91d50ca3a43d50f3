"""Names every figure that Prometheus may read from a worker or poller."""

from prometheus_client import Counter, Gauge, Histogram

from ingest.process import BatchResult

MAILS = Counter("smokewatch_mails_total", "Mails taken to their end", ["outcome"])
BATCH_SECONDS = Histogram(
    "smokewatch_batch_seconds", "Time to process one batch", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
)
HANDED_OVER = Counter("smokewatch_mails_handed_over_total", "Mails named to the queue")
WAITING = Gauge("smokewatch_mails_waiting", "Kept mails that wait to be processed")
PARKED = Gauge("smokewatch_mails_parked", "Mails put aside because they could not be processed")
OUTBOX = Gauge("smokewatch_notices", "Notices in the outbox", ["state"])
OLDEST = Gauge("smokewatch_oldest_waiting_seconds", "Age of the oldest mail that waits to be processed")
POLLED = Gauge("smokewatch_folder_polled_seconds", "Seconds since a folder was last read", ["mailbox", "folder"])


def count(result: BatchResult) -> None:
    """Add one batch to the counters."""
    for outcome in ("parsed", "ignored", "parked"):
        MAILS.labels(outcome).inc(len(getattr(result, outcome)))
