"""The ready-made answers of an alert about overdue duties: each duty by its own number."""

from typing import Any

from alerts.answers import Offer
from alerts.clean import one_line

MOST = 3


def duty_offers(facts: dict[str, Any]) -> tuple[Offer, ...]:
    """`did 4: ` for each of the first duties, all of them at once, and leaving the first out."""
    duties = facts.get("duties") or []
    if not duties:
        return ()
    offers = [
        Offer(f"did {each['n']}: ", f"Done: {one_line(each['text'], 60)}", f"did {each['n']}: how")
        for each in duties[:MOST]
    ]
    if len(duties) > 1:
        numbers = ", ".join(str(each["n"]) for each in duties)
        offers.append(Offer(f"did {numbers}: ", "All of them are done", f"did {numbers}: how"))
    first = duties[0]["n"]
    skip = Offer(f"skip {first}: ", f"Leave {first} out this time, because …", f"skip {first}: why")
    return (*offers, skip, Offer("status", "Show me how it stands"))
