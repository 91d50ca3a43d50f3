"""Tells people what a replay came to, or what two policies make different."""

from collections import Counter
from collections.abc import Iterable, Iterator

from smokewatch.replay.compare import Difference, Turn
from smokewatch.replay.outcome import Outcome, Posted, Proof, Raised

_TURNS = {Turn.APPEARS: "would appear", Turn.VANISHES: "would vanish", Turn.MOVES: "would come at another time"}


def summary(found: Outcome, mails: int, parked: int) -> Iterator[str]:
    """The escalations with their evidence, and how many mails would have gone out."""
    for each in found.raised:
        yield from _raised(each)
        mailed = Counter(posted.kind for posted in found.posted if posted.about == each.key)
        if mailed:
            yield "    mails: " + ", ".join(f"{count} {_plain(kind)}" for kind, count in mailed.most_common())
        yield ""
    people = len({posted.to for posted in found.posted})
    waiting = f", {parked} of them could not be read" if parked else ""
    yield (
        f"{mails} mails{waiting}: {len(found.raised)} escalations; "
        f"{len(found.posted)} mails would have gone to {people} people, and none was sent."
    )


def differences(found: Iterable[Difference]) -> Iterator[str]:
    """What would appear or vanish, with its evidence."""
    counts: Counter[str] = Counter()
    for each in found:
        what = "an escalation" if isinstance(each.thing, Raised) else "a notice"
        before = f" (now {each.before:%Y-%m-%d %H:%M} UTC)" if each.before else ""
        yield f"{what} {_TURNS[each.turn]}{before}:"
        yield from _raised(each.thing) if isinstance(each.thing, Raised) else _posted(each.thing)
        counts[f"{what.split()[1]}s {_TURNS[each.turn]}"] += 1
        yield ""
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    yield f"In all: {told}." if told else "The two policies raise the same escalations and send the same notices."


def _raised(each: Raised) -> Iterator[str]:
    yield f"  {each.opened_at:%Y-%m-%d %H:%M} UTC  {each.account or 'no account'}: {_plain(each.title)} ({each.risk})"
    yield from map(_proof, each.evidence)


def _posted(each: Posted) -> Iterator[str]:
    yield f"  {each.at:%Y-%m-%d %H:%M} UTC  {_plain(each.kind)} to {each.to}, about {each.account or 'no account'}"
    yield from map(_proof, each.evidence)


def _proof(proof: Proof) -> str:
    return f'    {_plain(proof.signal)}, level {proof.level}: "{_plain(proof.quote)}"'


def _plain(text: str) -> str:
    """One printable line: subjects and sentences come from outside."""
    return " ".join("".join(c if c.isprintable() else " " for c in text.replace("_", " ")).split())
