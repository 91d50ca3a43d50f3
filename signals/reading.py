"""What the reader found in one message's text: phrases, asks, promises and dates with their places, as JSON too."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.words import PromiseKind
from signals.marks import Amount, Hit, Need, Pledge, Reply, Span, Tone
from signals.sentences import sentence_at


@dataclass(frozen=True)
class Reading:
    """What the reader found in one text; kept with the message, so that folding a conversation needs no regex.

    `asks` are the sentences in which the writer wants something; `closing` says the text only thanks, confirms,
    withdraws or gives time; `lead` is the first sentence behind the greeting, to quote when no phrase proves a thing;
    `codes` are names of things with a digit in them (error codes, tickets, machines), folded; `subject`
    holds what the subject line says: `urgent`, `drill`.
    """

    language: str = ""
    lexicon_version: str = ""
    sentences: tuple[Span, ...] = ()
    hits: tuple[Hit, ...] = ()
    asks: tuple[Span, ...] = ()
    closing: bool = False
    reply: Reply = Reply.NONE
    pledges: tuple[Pledge, ...] = ()
    title: str = ""
    lead: Span = (0, 0)
    needs: tuple[Need, ...] = ()
    amounts: tuple[Amount, ...] = ()
    tone: Tone | None = None
    codes: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()

    def group(self, *names: str) -> list[Hit]:
        """The hits of some groups, in order of place."""
        return [hit for hit in self.hits if hit.group in names]

    def has(self, *names: str) -> bool:
        """Whether there is a hit of one of these groups."""
        return any(hit.group in names for hit in self.hits)

    def sentence(self, place: int) -> Span:
        """The sentence that holds a place of the text."""
        return sentence_at(self.sentences, place)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the database, with short keys."""
        return {
            "l": self.language,
            "v": self.lexicon_version,
            "s": [list(span) for span in self.sentences],
            "h": [[h.rule_id, h.group, h.part, h.start, h.end] for h in self.hits],
            "a": [list(span) for span in self.asks],
            "c": self.closing,
            "r": int(self.reply),
            "p": [_pledge_json(p) for p in self.pledges],
            "t": self.title,
            "f": list(self.lead),
        } | self._rarer()

    def _rarer(self) -> dict[str, Any]:
        """What few texts hold, left out where it is empty."""
        needs = [[n.start, n.end, n.due.astimezone(UTC).isoformat(), n.clock, n.ambiguous] for n in self.needs]
        amounts = [[a.start, a.end, a.value, a.currency] for a in self.amounts]
        tone = [self.tone.score, self.tone.start, self.tone.end] if self.tone else []
        rarer = {"n": needs, "m": amounts, "o": tone, "k": list(self.codes), "j": list(self.subject)}
        return {key: value for key, value in rarer.items() if value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Reading":
        """The reading that `to_json` wrote; an empty object is an empty reading."""
        if not data:
            return cls()
        return cls(
            language=data["l"],
            lexicon_version=data["v"],
            sentences=tuple((a, b) for a, b in data["s"]),
            hits=tuple(Hit(*hit) for hit in data["h"]),
            asks=tuple((a, b) for a, b in data["a"]),
            closing=data["c"],
            reply=Reply(data["r"]),
            pledges=tuple(_pledge(p) for p in data["p"]),
            title=data["t"],
            lead=(data["f"][0], data["f"][1]),
            needs=tuple(Need(a, b, datetime.fromisoformat(due), *rest) for a, b, due, *rest in data.get("n", ())),
            amounts=tuple(Amount(*row) for row in data.get("m", ())),
            tone=Tone(*data["o"]) if "o" in data else None,
            codes=tuple(data.get("k", ())),
            subject=tuple(data.get("j", ())),
        )


def _pledge_json(pledge: Pledge) -> list[Any]:
    return [
        pledge.start,
        pledge.end,
        pledge.kind.value,
        pledge.verb,
        pledge.due.astimezone(UTC).isoformat() if pledge.due else None,
        pledge.clock,
        pledge.assumed,
        pledge.ambiguous,
        pledge.allowance,
    ]


def _pledge(row: list[Any]) -> Pledge:
    start, end, kind, verb, due, *rest = row
    return Pledge(start, end, PromiseKind(kind), verb, datetime.fromisoformat(due) if due else None, *rest)
