"""S9: a person of the customer with a say who is new to the account, by header line, signature or sentence."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg, Party
from tests.signals.conftest import MONDAY
from tests.signals.saying import said

Judge = Callable[..., Finding | None]
ANA = "ana.lopes@acme.example"
KNOWN = {"cus@acme.example": MONDAY - timedelta(days=3)}


@pytest.fixture
def judge(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> Judge:
    """The finding after a second mail of the customer."""

    def found(text: str, *, hours: float = 30, facts: dict[str, Any] | None = None, **more: Any) -> Finding | None:
        mails = say(1, "in", 0, "The pump stands."), say(2, "in", 24, text, **more)
        known = tell(*mails, **({"seen_before": KNOWN} | (facts or {})))
        findings = evaluate(known, policy, at(hours)).findings
        return next((f for f in findings if f.signal is Signal.NEW_DECISION_MAKER), None)

    return found


@pytest.fixture
def open_thread(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> Callable[..., Level]:
    """The level when somebody begins a thread at an account that was here before."""

    def build(party: Party) -> Level:
        mail = say(1, "in", 0, "Please quote.\n\nAna Lopes\nHead of Procurement", author=party.address)
        facts = tell(mail, parties={party.address: party}, acquainted=True)
        levels = {f.signal: f.level for f in evaluate(facts, policy, at(1)).findings}
        return levels.get(Signal.NEW_DECISION_MAKER, Level.CLEAR)

    return build


def _level(finding: Finding | None) -> Level:
    return finding.level if finding else Level.CLEAR


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Head of Procurement", 2), ("Leiterin Einkauf", 2), ("Responsable achats", 2), ("Jefa de compras", 2),
        ("Gerente de compras", 2), ("Finance Director", 2), ("Information Security Officer", 2),
        ("Programme Manager", 2), ("Managing Director", 2), ("Chief Operating Officer", 3), ("General Counsel", 3),
        ("Plant Manager", 1), ("Technician", 0), ("Procurement Assistant", 0), ("Account Executive", 0),
    ],
)  # fmt: skip
def test_the_title_on_file_decides_the_level(judge: Judge, title: str, level: int) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title=title, title_source="crm")}
    assert _level(judge("Any news?", cc=(ANA,), facts={"parties": parties})) == level


def test_it_shows_the_header_line_the_role_and_where_it_is_known_from(judge: Judge) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title="Head of Procurement", title_source="crm")}
    finding = judge("Any news?", cc=(ANA,), facts={"parties": parties})
    assert finding is not None
    wanted = {"header": "cc + Ana Lopes (Head of Procurement)", "role": "procurement", "source": "crm"}
    assert finding.features == wanted


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I put Ana Lopes, our legal counsel, in copy.", 3),
        ("Frau Ana Lopes aus unserem Einkauf liest ab jetzt mit.", 2),
        ("Je mets en copie Ana Lopes, notre responsable achats.", 2),
        ("Pongo en copia a Ana Lopes, de nuestro departamento de compras.", 2),
        ("Ponho em cópia a Ana Lopes, do departamento de compras.", 2),
        ("I am copying Ana Lopes, she owns the clinic.", 3),
        ("I put Ana Lopes in copy.", 0),
    ],
)
def test_the_sentence_that_introduces_somebody_names_their_role(judge: Judge, text: str, level: int) -> None:
    finding = judge(text, cc=(ANA,))
    assert _level(finding) == level
    assert finding is None or finding.quote == text


def test_a_new_writer_is_known_by_the_signature(judge: Judge) -> None:
    finding = judge("When is it mended?\n\nAna Lopes\nProcurement Manager", author=ANA)
    assert _level(finding) is Level.RAISED


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I am taking over from Ruth as Head of Procurement.", 2),
        ("I act for Acme in this matter, as their lawyer.", 3),
        ("Ich übernehme ab sofort von Herrn Maier die Leitung Einkauf.", 2),
        ("Our new CTO will look into this.", 3),
        ("I have taken over the contract from Ruth.", 1),
    ],
)
def test_a_sentence_may_tell_of_the_change(judge: Judge, text: str, level: int) -> None:
    assert _level(judge(text, author=ANA)) == level


def test_somebody_known_who_takes_over_is_nobody_new(judge: Judge) -> None:
    assert judge("I am taking over from Ruth as Head of Procurement.") is None


def test_somebody_known_may_tell_of_a_new_head(judge: Judge) -> None:
    assert _level(judge("Our new CTO will look into this.")) is Level.CRITICAL


@pytest.mark.parametrize(
    "address", ["purchasing@acme.example", "accounts-payable@acme.example", "noreply@acme.example"]
)
def test_shared_mailboxes_and_robots_decide_nothing(judge: Judge, address: str) -> None:
    parties = {address: Party(address, title="Head of Procurement", title_source="crm")}
    assert judge("Any news?", cc=(address,), facts={"parties": parties}) is None


def test_a_mailbox_marked_as_shared_on_file_decides_nothing(judge: Judge) -> None:
    parties = {ANA: Party(ANA, title="Head of Procurement", title_source="crm", shared=True)}
    assert judge("Any news?", cc=(ANA,), facts={"parties": parties}) is None


def test_a_reseller_on_the_line_decides_nothing(judge: Judge) -> None:
    parties = {"bob@reseller.example": Party("bob@reseller.example", title="Managing Director", title_source="crm")}
    assert judge("Any news?", cc=("bob@reseller.example",), facts={"parties": parties}) is None


@pytest.mark.parametrize(("days", "level"), [(179, 0), (181, 2)])
def test_who_was_seen_within_half_a_year_is_not_new(judge: Judge, days: int, level: int) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title="Head of Procurement", title_source="crm")}
    seen = KNOWN | {ANA: MONDAY + timedelta(hours=24) - timedelta(days=days)}
    assert _level(judge("Any news?", cc=(ANA,), facts={"parties": parties, "seen_before": seen})) == level


def test_the_first_people_of_an_account_are_not_new_to_it(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title="Head of Procurement", title_source="crm")}
    found = evaluate(tell(say(1, "in", 0, "Please quote.", author=ANA), parties=parties), policy, at(1)).findings
    assert Signal.NEW_DECISION_MAKER not in {f.signal for f in found}


@pytest.mark.parametrize(("source", "level"), [("", 2), ("crm", 0)])
def test_a_stranger_who_opens_a_thread_is_new_to_an_account_that_was_here_before(
    open_thread: Callable[..., Level], source: str, level: int
) -> None:
    assert (
        open_thread(Party(ANA, "Ana Lopes", title="Head of Procurement" if source else "", title_source=source))
        == level
    )


def test_a_reseller_who_writes_decides_nothing_either(judge: Judge) -> None:
    text = "When is it mended?\n\nBob Lane\nManaging Director"
    assert judge(text, author="bob@reseller.example", facts={"account_domains": frozenset({"acme.example"})}) is None


def test_who_is_only_added_by_one_of_ours_has_not_shown_up_yet(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title="Head of Procurement", title_source="crm")}
    ours = say(2, "out", 1, "Looking into it.", cc=(ANA,))
    facts = tell(say(1, "in", 0, "The pump stands."), ours, parties=parties, seen_before=KNOWN)
    assert Signal.NEW_DECISION_MAKER not in {f.signal for f in evaluate(facts, policy, at(2)).findings}


def test_one_of_ours_decides_nothing_for_the_customer(judge: Judge) -> None:
    boss = "boss@us.example"
    parties = {boss: Party(boss, ours=True, title="Chief Operating Officer", title_source="directory")}
    assert judge("Any news?", cc=(boss,), facts={"parties": parties}) is None


def test_it_fades_over_weeks(judge: Judge) -> None:
    parties = {ANA: Party(ANA, "Ana Lopes", title="Head of Procurement", title_source="crm")}
    assert judge("Any news?", cc=(ANA,), hours=24 * 60, facts={"parties": parties}) is None


@pytest.mark.parametrize(("language", "text"), said("decider", "yes"))
def test_a_change_is_heard(judge: Judge, language: str, text: str) -> None:
    assert _level(judge(text, author=ANA, language=language)) >= Level.RAISED


@pytest.mark.parametrize(("language", "text"), said("decider", "no"))
def test_what_only_sounds_like_a_change_raises_nothing(judge: Judge, language: str, text: str) -> None:
    assert _level(judge(text, author=ANA, language=language)) < Level.RAISED
