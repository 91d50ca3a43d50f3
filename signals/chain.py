"""Folds what the readings of a conversation say into findings, promises, a score and the next moment to look."""

from datetime import datetime

from config.policy import Policy
from config.words import Risk
from signals.facts import Assessment, Facts


def evaluate(facts: Facts, policy: Policy, now: datetime) -> Assessment:
    """What stands at `now` in the conversation of `facts`; messages after `now` do not exist yet."""
    del facts, policy, now
    return Assessment(findings=(), ledger=(), score=0.0, terms=(), risk=Risk.LOW, next_review_at=None)
