"""`smokewatch queues` and `queue NAME`: what waits, under the rights of who asks."""

import json
from collections.abc import Callable

from smokewatch.cli.output import Exit

Run = Callable[..., tuple[int, str, str]]


def test_queues_are_counted_and_listed(run: Run) -> None:
    run("open", "Printer is on fire", "--account", "Acme", "--priority", "critical")
    counts = {each["queue"]: each["count"] for each in json.loads(run("queues", "--json")[1])}
    assert (counts["new"], counts["severe"], counts["parked"]) == (1, 1, 0)
    assert json.loads(run("queue", "severe", "--json")[1])[0]["ref"] == "ESC-1"


def test_who_sees_no_escalation_sees_no_queue(run: Run) -> None:
    run("open", "Printer is on fire", "--account", "Acme")
    assert "Nothing waits that you may see" in run("--as", "bob@us.example", "queues")[1]


def test_an_unknown_queue_is_a_sentence_with_those_there_are(run: Run) -> None:
    code, _, err = run("queue", "elsewhere")
    assert (code, "there are new, severe" in err) == (Exit.USAGE, True)
