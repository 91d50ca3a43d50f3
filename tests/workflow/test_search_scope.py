"""Search shows nobody more than they may see, and forgets with the record."""

import pytest
from sqlalchemy import func, insert, select, update

from config.words import Role
from smokewatch.forgetting import empty
from store.index import SearchDue, SearchEntry, SearchWord, Source
from store.indexing import settle
from store.mail import Conversation, Message
from store.people import Account
from tests.workflow.desk import Desk
from tests.workflow.finder import Finder
from tests.workflow.letters import letter
from workflow.joining import merge
from workflow.record import add_comment
from workflow.search import MOST_RANKED, Found


@pytest.fixture
def find(desk: Desk) -> Finder:
    """Search as a person, by default Lena."""
    return Finder(desk)


def test_who_may_not_see_the_escalation_finds_and_counts_nothing(desk: Desk, find: Finder) -> None:
    find.mail("report")
    add_comment(desk.session, desk.by(), desk.esc, "a report")
    assert find("report").total == 2
    assert find("report", desk.stan) == Found((), 0)
    assert find("state:open", desk.stan) == Found((), 0)
    desk.says_one("note: @stan.kowal look")
    assert find("report", desk.stan).total == 2


def test_mail_without_an_escalation_is_for_its_team_and_admins(desk: Desk, find: Finder) -> None:
    free = desk.conversation()
    letter(desk.session, free, "a valve", desk.now)
    assert find("valve").total == 0
    free.team_id = desk.team.id
    desk.session.flush()
    assert (find("valve").hits[0].number, find("valve", desk.stan).total) == (None, 0)
    desk.stan.role = Role.ADMIN
    assert find("valve", desk.stan).total == 1
    desk.stan.active = False
    assert find("valve", desk.stan).total == 0


def test_a_merged_escalation_is_found_as_the_one_it_went_into(desk: Desk, find: Finder) -> None:
    other = desk.opened(desk.conversation("second"))
    add_comment(desk.session, desk.by(), other, "the valve")
    merge(desk.session, desk.by(), other, desk.esc)
    assert [hit.number for hit in find("valve").hits] == [desk.esc.number]
    third = desk.opened(desk.conversation("third"))
    merge(desk.session, desk.by(), desk.esc, third)
    assert [hit.number for hit in find("valve").hits] == [third.number]


def test_a_moved_mail_is_found_where_it_is_now(desk: Desk, find: Finder) -> None:
    moved = find.mail("the valve")
    assert find("valve").hits[0].number == desk.esc.number
    other = desk.opened(desk.conversation("second"))
    target = desk.session.scalars(select(Conversation.id).where(Conversation.escalation_id == other.id)).one()
    desk.session.execute(update(Message).where(Message.id == moved.id).values(conversation_id=target))
    assert find("valve").hits[0].number == other.number


def test_what_is_emptied_is_gone_from_the_index_at_once_with_its_words(desk: Desk, find: Finder) -> None:
    gone = find.mail("the secret valve")
    find.mail("a valve")
    assert find("secret").total == 1
    empty(desk.session, [gone.id])
    left = desk.session.scalars(select(SearchEntry.words)).all()
    assert "secret" not in str(left)
    assert desk.session.get(SearchWord, "secret") is None
    assert desk.session.get_one(SearchWord, "valve").n == 1
    assert find("secret").total == 0
    assert not desk.session.scalar(select(func.count()).select_from(SearchDue))


def test_a_note_taken_back_is_no_longer_found(desk: Desk, find: Finder) -> None:
    desk.says_one("note: the valve")
    assert find("valve").total == 1
    desk.says_one("undo")
    assert find("valve").total == 0


def test_the_words_are_counted_exactly(desk: Desk, find: Finder) -> None:
    for n in range(4):
        find.mail(f"valve valve pump {'flange' if n % 2 else 'gasket'}")
    find("valve")
    counted = dict(desk.session.execute(select(SearchWord.word, SearchWord.n)).all())
    assert (counted["valve"], counted["pump"], counted["flange"]) == (4, 4, 2)
    desk.session.query(SearchEntry).filter(SearchEntry.words.op("@@")(func.to_tsquery("flange"))).delete()
    assert desk.session.scalar(select(func.count()).select_from(SearchWord).where(SearchWord.word == "flange")) == 0


def test_our_own_alerts_and_commands_are_not_indexed(find: Finder) -> None:
    for kind in ("own", "command"):
        find.mail("the valve", kind=kind)
    assert find("valve").total == 0


def test_what_fits_too_often_is_counted_only_so_far(desk: Desk, find: Finder) -> None:
    about = {"kind": "message", "conversation_id": find.conversation.id, "at": desk.now, "words": "'valve':1B"}
    desk.session.execute(insert(SearchEntry), [about | {"ref_id": n} for n in range(MOST_RANKED + 5)])
    found = find("valve")
    assert (found.total, found.more) == (MOST_RANKED, True)


def test_hostile_searches_find_nothing_and_break_nothing(find: Finder) -> None:
    find.mail("the valve")
    for text in (
        "valve'; DROP TABLE message; --",
        "valve & !",
        '"valve:*A"',
        "<-> valve | (",
        "from:'||x",
        'from:"a\\b"',
    ):
        find(text)
    assert find("valve").total == 1


def test_an_account_is_known_by_part_of_its_name_without_accents(desk: Desk, find: Finder) -> None:
    find.mail("report")
    desk.session.get_one(Account, desk.account.id).name = "Größe Pumpen AG"
    desk.session.flush()
    assert find('account:"grosse pumpen"').total == 1


def test_settled_rows_are_due_again_when_they_change(desk: Desk, find: Finder) -> None:
    row = find.mail("the valve")
    settle(desk.session, Source.MESSAGE, [row.id])
    row.new_text = "the pump"
    desk.session.flush()
    assert desk.session.get(SearchDue, ("message", row.id)) is not None


def test_what_was_merged_into_one_that_is_not_theirs_names_only_their_own(desk: Desk, find: Finder) -> None:
    other = desk.opened(desk.conversation("second"))
    other.team_id, other.title = desk.other_team.id, "Theirs"
    add_comment(desk.session, desk.by(), other, "the valve")
    desk.esc.title = "Secret"
    merge(desk.session, desk.by(), other, desk.esc)
    (hit,) = find("valve", desk.stan).hits
    assert (hit.number, hit.title) == (other.number, "Theirs")
