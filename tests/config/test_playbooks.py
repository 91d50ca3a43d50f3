"""The playbooks are shipped complete, may be replaced file by file, and say what is wrong in them."""

from pathlib import Path

import pytest

from config.lexicon import lexicons
from config.playbooks import Every, PlaybookError, load_playbooks
from config.words import Signal

DUTY = '[[duty]]\nkey = "call"\ntext = "Call them"\nevery = "day"\n'
HEAD = 'path = 2\n[overdue]\ntell = "digest"\nmanager = false\n'


def test_sev_1_asks_for_all_of_its_phases() -> None:
    book = load_playbooks().sev1
    by_phase = {every: [rule.key for rule in book.duties if rule.every is every] for every in Every}
    assert by_phase == {
        Every.ONCE: ["severity", "owner", "channels", "stakeholders", "raci", "action_plan"],
        Every.DAY: ["daily_status", "blockers", "customer_contact"],
        Every.WEEK: ["stakeholder_summary", "budget_timeline", "risk_register"],
        Every.CLOSING: ["sign_off", "lessons", "process_change"],
    }


def test_every_trigger_can_be_met_by_evidence_or_words() -> None:
    books = load_playbooks()
    triggers = [*books.sev1.triggers, *books.sev2.triggers]
    assert len(triggers) == 5 + 8
    assert all(trigger.evidence or trigger.said for trigger in triggers)


def test_every_rule_named_by_a_trigger_is_one_of_ours() -> None:
    books = load_playbooks()
    patterns = {
        rule.strip("*.")
        for book in (books.sev1, books.sev2)
        for t in book.triggers
        for e in t.evidence
        for rule in e.rules
    }
    known = " ".join([rule.id for lexicon in lexicons() for rule in lexicon.rules]) + " header.theirs header.ours"
    assert [pattern for pattern in patterns if pattern not in known] == []


def test_a_file_of_ones_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "sev2.toml").write_text(HEAD + DUTY, encoding="utf-8")
    books = load_playbooks(tmp_path)
    assert [rule.key for rule in books.sev2.duties] == ["call"]
    assert len(books.sev1.duties) == 15


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + DUTY.replace("day", "hour"), "duty 1, every: Input should be"),
        (HEAD + DUTY + DUTY, 'duty "call" stands twice'),
        (HEAD + DUTY.replace("day", "once"), "within_business_days belongs to every"),
        (HEAD.replace("2", "1") + DUTY, "path: it is 1, and must be 2"),
        (HEAD + DUTY.replace("text", "txt"), "duty 1, txt: Extra inputs"),
        ("path = ", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "sev2.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlaybookError) as wrong:
        load_playbooks(tmp_path)
    assert said in str(wrong.value)
    assert "sev2.toml" in str(wrong.value)


def test_a_finding_meets_a_trigger_from_its_level_on() -> None:
    trigger = next(t for t in load_playbooks().sev1.triggers if t.key == "threat_to_cancel_or_withhold")
    kinds = {"kinds": ["leave"]}
    assert trigger.met_by(Signal.ACCOUNT_RISK, 2, "de.leave.contract", kinds)
    assert not trigger.met_by(Signal.ACCOUNT_RISK, 1, "de.leave.contract", kinds)
    assert not trigger.met_by(Signal.ACCOUNT_RISK, 3, "en.competitor", {"kinds": ["competitor"]})
