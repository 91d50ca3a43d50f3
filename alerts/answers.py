"""The ready-made answers of each mail kind: the words to type, what they do, and the mailto link."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from alerts.letter import Answer
from config.words import NoticeKind, State
from store.views import EscalationView


@dataclass(frozen=True)
class Offer:
    """One answer that may be offered: `words` are filled in for the reader, `shown` is what one types by hand.

    `fits` says whether it makes sense for this reader as things stand.
    """

    words: str
    meaning: str
    shown: str = ""
    fits: Callable[[EscalationView, int], bool] = lambda _view, _reader: True


def _unseen(view: EscalationView, _reader: int) -> bool:
    return view.state == State.OPEN


def _not_mine(view: EscalationView, reader: int) -> bool:
    return view.owner is None or view.owner.id != reader


def _mine_without_plan(view: EscalationView, reader: int) -> bool:
    return not _not_mine(view, reader) and not view.next_step


def _not_started(view: EscalationView, _reader: int) -> bool:
    return view.state in (State.OPEN, State.ACKNOWLEDGED)


_ACK = Offer("ack", "I have seen it", fits=_unseen)
_OWN = Offer("own", "I take it", fits=_not_mine)
_NEXT = Offer("next: ", "The next step is …", "next: what by Friday", fits=_mine_without_plan)
_START = Offer("start", "I am working on it", fits=_not_started)
_SNOOZE = Offer("snooze 2d", "Quiet for two days, unless there is news")
_NOISE = Offer("noise: ", "A false alarm, because …", "noise: why")
_AWAY = Offer("away until ", "I am away; my backup stands in", "away until DATE")
_USUAL = (_ACK, _OWN, _NEXT, _SNOOZE, _NOISE)
_PROMISE = (
    Offer("kept", "It is done: the promise was kept"),
    Offer("promise tomorrow 12:00: ", "We need longer: a new promise, by then", "promise DATE: what"),
    _OWN,
    _SNOOZE,
)

OFFERS: dict[NoticeKind, tuple[Offer, ...]] = {
    NoticeKind.NEW_ESCALATION: _USUAL,
    NoticeKind.RISK_UP: _USUAL,
    NoticeKind.EXECUTIVE_JOINED: _USUAL,
    NoticeKind.NO_ANSWER: _USUAL,
    NoticeKind.PROMISE_DUE: _PROMISE,
    NoticeKind.PROMISE_MISSED: _PROMISE,
    NoticeKind.ANSWER_DUE: (_ACK, _NEXT, Offer("assign @", "Hand it on to …", "assign @name"), _AWAY),
    NoticeKind.CLIMBED: (_ACK, _OWN, Offer("assign @", "Hand it to …", "assign @name"), _NOISE),
    NoticeKind.STAND_IN: (_OWN, Offer("status", "Show me all of it")),
    NoticeKind.OWNER_CHANGED: (
        _ACK,
        _START,
        Offer("next: ", "The next step is …", "next: what"),
        Offer("assign @", "Hand it on to …", "assign @name"),
    ),
    NoticeKind.HANDOVER: (
        _OWN,
        _ACK,
        _START,
        Offer("next: ", "The next step is …", "next: what by Friday"),
        Offer("note: ", "Add a comment", "note: text"),
    ),
    NoticeKind.MENTION: (Offer("note: ", "Add a comment", "note: text"), _ACK, _OWN),
    NoticeKind.ANSWER: (Offer("status", "Show me how it stands"), Offer("help", "Show me all commands")),
    NoticeKind.CONFIRM: (Offer("yes", "Yes, do it"), Offer("no", "No, drop it")),
}
UNDO = Offer("undo", "Take it back")
RAISE = Offer("sev 1", "Raise it to Sev 1")


PROPOSED = (
    Offer("accept", "Yes, hand it over as proposed"),
    Offer("assign @", "Somebody else, because …", "assign @name: why"),
)
"""What somebody is offered who is asked whether the matrix is right."""


def offers(kind: NoticeKind, view: EscalationView, reader_id: int, *, undo: bool = False) -> tuple[Offer, ...]:
    """What this reader is offered, most likely answer first."""
    if view.state == State.CLOSED and kind is not NoticeKind.ANSWER:
        return ()
    fitting = tuple(offer for offer in OFFERS.get(kind, ()) if offer.fits(view, reader_id))
    return (UNDO, *fitting) if undo else fitting


LONGEST_LINK = 1_900
"""Characters of a mailto link that all mail programs take; Outlook cuts at 2,048."""


def fill_in(form: Mapping[str, object], reply_to: str, subject: str) -> Answer | None:
    """The closeout's form as an answer to fill in; None when it is too long for a link."""
    offer = Offer(str(form.get("short", "")), "Fill in the closeout, with the form below", "close")
    found = link(offer, reply_to, subject)
    return found if len(found.href) <= LONGEST_LINK else None


def item_offers(number: object) -> tuple[Offer, ...]:
    """What the assignee of action item `number` is offered."""
    return (
        Offer(f"doing {number}", "I am working on it"),
        Offer(f"done {number}", "It is done"),
        Offer(f"move {number} to tomorrow: ", "I need longer, because …", f"move {number} to DATE: why"),
        Offer(f"drop {number}: ", "It need not be done, because …", f"drop {number}: why"),
    )


def link(offer: Offer, reply_to: str, subject: str) -> Answer:
    """The offer with its link; subject and body are filled in (RFC 6068)."""
    body = quote(offer.words.replace("\n", "\r\n"), safe="")
    fields = f"subject={quote('Re: ' + subject, safe='')}&body={body}"
    return Answer(offer.shown or offer.words, offer.meaning, f"mailto:{quote(reply_to, safe='@')}?{fields}")
