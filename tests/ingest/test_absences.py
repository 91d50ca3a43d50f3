"""Our people's automatic replies are believed only where they are proven to be theirs."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from config.matrix import load_matrix
from config.words import NoticeKind
from ingest.process import process_batch
from store.database import Store
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.roster import Absence
from store.tokens import issue_bounce, tagged_address
from tests.ingest.scene import NOW, context, keep, letter, people

NOTE = "I am out of the office until Friday 15 May. In urgent cases ask Omar."
PROVEN = "mx.us.example; dmarc=pass header.from=us.example; dkim=pass header.d=us.example"


def _note(number: int = 1, text: str = NOTE, headers: dict[str, str] | None = None) -> bytes:
    fields = {
        "From": "Lena Vogt <lena@us.example>",
        "Subject": "Automatic reply: Controller",
        "Auto-Submitted": "auto-replied",
        "Authentication-Results": PROVEN,
    }
    fields |= headers or {}
    return letter(number, text, NOW, **{name.replace("-", "_"): value for name, value in fields.items()})


def _process(store: Store, *raws: bytes, now: datetime = NOW) -> list[tuple[str, datetime | None]]:
    with store.transaction() as session:
        if session.scalar(select(Person.id).limit(1)) is None:
            people(session)
    with store.transaction() as session:
        ids = keep(session, raws, now)
    process_batch(store, ids, context(), now)
    with store.transaction() as session:
        rows = session.execute(select(Absence.quote, Absence.until).order_by(Absence.id))
        return [(quote, until) for quote, until in rows]


def test_a_proven_note_is_kept_with_its_sentence(store: Store) -> None:
    found = _process(store, _note())
    assert [quote for quote, _ in found] == ["I am out of the office until Friday 15 May."]
    assert found[0][1] == datetime.fromisoformat("2026-05-15T15:30+00:00")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication-Results": ""},  # nobody vouches
        {"Authentication-Results": "mx.us.example; dmarc=fail header.from=us.example"},
        {"Authentication-Results": "mx.evil.example; dmarc=pass header.from=us.example"},
        {"From": "Lena Vogt <lena@evil.example>"},
        {"From": "lena@us.example, omar@us.example"},
    ],
)
def test_what_anybody_could_have_written_is_not_believed(store: Store, headers: dict[str, str]) -> None:
    assert _process(store, _note(headers=headers)) == []


def test_a_note_on_the_return_path_of_our_own_mail_to_that_person_is_proof(store: Store) -> None:
    assert _process(store, letter(9, "Hello.")) == []
    with store.transaction() as session:
        lena = session.scalars(select(Person.id).where(Person.email == "lena@us.example")).one()
        draft = NoticeDraft(NoticeKind.ADMIN, lena, "x", "why", NOW)
        notice = post_notice(session, draft, mail_domain="esc.us.example") or 0
        to = tagged_address("bounce@esc.us.example", issue_bounce(session, notice, NOW))
    for sender, believed in (("omar@us.example", 0), ("lena@us.example", 1)):
        found = _process(store, _note(believed, headers={"From": sender, "To": to, "Authentication-Results": ""}))
        assert len(found) == believed


def test_a_note_from_a_customer_is_nobodys(store: Store) -> None:
    proven = "mx.us.example; dmarc=pass header.from=norvik.example"
    assert (
        _process(store, _note(headers={"From": "Ines Dahl <ines@norvik.example>", "Authentication-Results": proven}))
        == []
    )


def test_a_mail_that_a_person_wrote_is_no_note(store: Store) -> None:
    assert _process(store, _note(1, NOTE + " Can you take it?", {"Auto-Submitted": "", "Subject": "Controller"})) == []


def test_the_same_absence_is_kept_once_and_not_again_after_an_early_return(store: Store) -> None:
    assert len(_process(store, _note(1), _note(2, headers={"Subject": "Automatic reply: Pump"}))) == 1
    with store.transaction() as session:
        session.scalars(select(Absence)).one().ended_at = NOW
    assert len(_process(store, _note(3, headers={"Subject": "Automatic reply: Valve"}))) == 1


def test_the_persons_own_word_comes_before_the_note(store: Store) -> None:
    _process(store, letter(9, "Hello."))
    with store.transaction() as session:
        lena = session.scalars(select(Person.id).where(Person.email == "lena@us.example")).one()
        until = NOW + timedelta(days=1)
        session.add(Absence(person_id=lena, since=NOW, until=until, quote="", set_by="lena@us.example"))
    assert [until for _quote, until in _process(store, _note())] == [NOW + timedelta(days=1)]


def test_a_return_too_far_off_is_not_believed(store: Store) -> None:
    assert load_matrix().absence.longest_calendar_days < 300
    assert _process(store, _note(text="I am out of the office until 15 April 2027.")) == []
