"""Folds what the readings of a conversation say into findings, promises, a score and the next moment to look."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from config.policy import Policy
from config.words import Level
from signals import (
    account_risk,
    business,
    changed_next_step,
    executive_visibility,
    impact,
    ledger,
    missed_promise,
    needed_by,
    new_decision_maker,
    repeat_issue,
    repeated_follow_up,
    risk,
    spread,
    tone,
    turns,
    urgency,
)
from signals.facts import Assessment, Before, Facts, Finding
from signals.levels import decay, falls_in_days, level_after_decay
from signals.view import Raised, Verdict, View, version_of

CHAIN: tuple[Callable[[View], Verdict], ...] = (
    executive_visibility.judge,  # first: others weigh more when somebody senior takes part
    account_risk.judge,  # looks at executives
    missed_promise.judge,  # looks at executives and threats
    urgency.judge,  # looks at nothing; chases weigh more beside it
    repeated_follow_up.judge,  # looks at threats and urgency
    needed_by.judge,  # looks at the ledger only
    impact.judge,  # looks at nothing
    spread.judge,  # looks at nothing
    changed_next_step.judge,  # looks at the ledger only
    new_decision_maker.judge,  # looks at nothing
    repeat_issue.judge,  # looks at the account's past, and at all that makes it fragile above
    tone.judge,  # last: level 2 only beside another signal
)
"""The rules in order; a rule may look at what those above it found."""

_A_MOMENT = timedelta(seconds=1)
"""Added to the computed end of a level, so that rounding cannot let the look come a hair too early."""


def evaluate(facts: Facts, policy: Policy, now: datetime) -> Assessment:
    """What stands at `now` in the conversation of `facts`; messages after `now` do not exist yet.

    Rules in shadow say nothing that counts; what would stand with them is told apart, as `shadow`.
    """
    live = _evaluate(facts, policy, now, frozenset(policy.shadow))
    if not policy.shadow:
        return live
    trial = _evaluate(facts, policy, now, frozenset())
    levels = {f.signal: f.level for f in live.findings}
    more = tuple(f for f in trial.findings if f.level > levels.get(f.signal, Level.CLEAR))
    looks = [at for at in (live.next_review_at, trial.next_review_at) if at]
    return replace(live, shadow=more, next_review_at=min(looks, default=None))


def _evaluate(facts: Facts, policy: Policy, now: datetime, muted: frozenset[str]) -> Assessment:
    view = _view(_without(facts, muted) if muted else facts, policy, now)
    reviews: list[datetime] = []
    for rule in CHAIN:
        verdict = rule(view)
        reviews += verdict.review
        if verdict.raised is not None and not {verdict.raised.signal, verdict.raised.cited.rule_id} & muted:
            _stand(view, verdict.raised)
    reviews += _hold(view, muted)
    strands = [_strand(view, raised) for raised in view.found.values()]
    value, terms = risk.score(strands, policy.risk)
    highest = max((raised.standing for raised in view.found.values()), default=Level.CLEAR)
    settled = risk.settle(risk.Standing(value, highest), facts.before, policy.risk, facts.calendar, now)
    reviews += [at for raised in view.found.values() if (at := _falls_at(view, raised))]
    # At its floor the risk falls with a level, and each level's end is among the reviews already.
    floored = settled is policy.risk.level_floors[highest]
    falls = None if floored else risk.falls_at(strands, settled, policy.risk, facts.calendar, now)
    contributions = {term.signal: term.contribution for term in terms}
    findings = (_finding(view, raised, contributions[signal]) for signal, raised in view.found.items())
    return Assessment(
        findings=tuple(findings),
        ledger=view.ledger,
        score=value,
        terms=terms,
        risk=settled,
        next_review_at=min((at for at in [*reviews, *([falls] if falls else [])] if at > now), default=None),
    )


def _without(facts: Facts, muted: frozenset[str]) -> Facts:
    """The facts without the phrases of muted rules, so that what is left of a mail is judged by the others."""
    messages = tuple(
        replace(m, reading=replace(m.reading, hits=tuple(h for h in m.reading.hits if h.rule_id not in muted)))
        for m in facts.messages
    )
    return replace(facts, messages=messages)


def _view(facts: Facts, policy: Policy, now: datetime) -> View:
    known = (m for m in facts.messages if m.sent_at <= now and not m.automatic)
    messages = tuple(sorted(known, key=lambda m: (m.sent_at, m.id)))
    view = View(facts, policy, now, messages)
    view.ledger = ledger.follow(facts, messages, now, policy.signals.grace_minutes)
    view.asks = turns.follow(messages, view.ledger, facts.calendar, policy.signals)
    return view


def _stand(view: View, raised: Raised) -> None:
    """Decide the level a signal stands at after decay and hysteresis; one that faded away is dropped."""
    left = raised.strength * _decay(view, raised)
    standing = level_after_decay(raised.level, left, view.policy.risk.fall_below_share)
    before, since = view.facts.before.levels.get(raised.signal, (Level.CLEAR, view.now))
    if standing < before <= raised.level and not _quiet(view, since):
        standing = before
    if standing:
        raised.standing = standing
        view.found[raised.signal] = raised


def _hold(view: View, muted: frozenset[str]) -> list[datetime]:
    """Let what lost its evidence stand until the quiet hours are over, with the proof it rose with; when they end.

    A question that is dropped, asked again and dropped again would otherwise flap. The proof is what the rules said
    at the moment the level was set: it needs nothing stored.
    """
    ends = []
    for signal, (level, since) in view.facts.before.levels.items():
        if signal in muted or view.level(signal) >= level or since > view.now or _quiet(view, since):
            continue
        then = _view(replace(view.facts, before=Before()), view.policy, since)
        for rule in CHAIN:
            raised = rule(then).raised
            if raised is not None:
                _stand(then, raised)
        held = then.found.get(signal)
        if held is not None and held.cited.rule_id not in muted:
            held.standing = level
            view.found[signal] = held
            hours = view.policy.risk.fall_after_business_hours
            ends.append(business.add_business(view.facts.calendar, since, hours) + _A_MOMENT)
    return ends


def _quiet(view: View, since: datetime) -> bool:
    hours = business.business_hours_between(view.facts.calendar, since, view.now)
    return hours >= view.policy.risk.fall_after_business_hours


def _decay(view: View, raised: Raised) -> float:
    if raised.fades_from is None:
        return 1.0
    return decay(view.facts.calendar, raised.fades_from, view.now, raised.half_life)


def _strand(view: View, raised: Raised) -> risk.Strand:
    return risk.Strand(raised.signal, raised.strength, _decay(view, raised), raised.half_life, raised.text_only)


def _falls_at(view: View, raised: Raised) -> datetime | None:
    if raised.fades_from is None:
        return None
    left = raised.strength * _decay(view, raised)
    days = falls_in_days(raised.standing, left, view.policy.risk.fall_below_share, raised.half_life)
    calendar = view.facts.calendar
    if days is None:
        return business.add_business(calendar, view.now, view.policy.risk.fall_after_business_hours)
    fallen = business.add_business(calendar, max(view.now, raised.fades_from), days * business.day_hours(calendar))
    return fallen + _A_MOMENT


def _finding(view: View, raised: Raised, contribution: float) -> Finding:
    cited = raised.cited
    before = view.facts.before.levels.get(raised.signal, (Level.CLEAR, view.now))[0]
    return Finding(
        signal=raised.signal,
        level=raised.standing,
        strength=raised.strength * _decay(view, raised),
        rule_id=cited.rule_id,
        lexicon_version=version_of(cited),
        message_id=cited.msg.id,
        start=cited.start,
        end=cited.end,
        quote=cited.quote,
        found_at=raised.found_at,
        last_evidence_at=raised.last_evidence_at,
        clears_when=raised.clears_when,
        features=raised.features,
        contribution=contribution,
        from_level=before,
        text_only=raised.text_only,
    )
