"""Customers come from a CSV file with their domains and contacts; one guessed before becomes part of the real one."""

from datetime import date

import pytest
from sqlalchemy import select

from store.base import Base
from store.mail import Conversation, Sighting
from store.people import Account, AccountDomain, Contact
from tests.workflow.desk import Desk
from workflow.accounts import _HOLDING, import_accounts
from workflow.csvfile import CsvError
from workflow.people import Imported

HEADER = "name,domains,tier,arr,renewal,contacts\n"


def accounts(desk: Desk, rows: str) -> Imported:
    return import_accounts(desk.session, desk.by(), HEADER + rows, "accounts.csv")


def _named(desk: Desk, name: str) -> Account:
    return desk.session.scalars(select(Account).where(Account.name == name)).one()


def test_a_customer_is_created_with_domains_and_contacts(desk: Desk) -> None:
    accounts(desk, "Acme,acme.example;@acme.test,gold,120000,2027-01-31,Ann@acme.example|Ann Lee|CTO;b@acme.example\n")
    acme = _named(desk, "Acme")
    assert (acme.tier, acme.arr, acme.renewal) == ("gold", 120000, date(2027, 1, 31))
    domains = desk.session.scalars(select(AccountDomain.domain).where(AccountDomain.account_id == acme.id))
    assert sorted(domains) == ["acme.example", "acme.test"]
    contacts = select(Contact.email, Contact.name, Contact.title).where(Contact.account_id == acme.id)
    rows = [tuple(row) for row in desk.session.execute(contacts.order_by(Contact.email))]
    assert rows == [("ann@acme.example", "Ann Lee", "CTO"), ("b@acme.example", "", "")]


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    row = "Acme,acme.example,gold,120000,2027-01-31,ann@acme.example|Ann Lee|CTO\n"
    accounts(desk, row)
    assert (accounts(desk, row).created, len(desk.session.scalars(select(Contact)).all())) == (0, 1)


def test_a_guessed_customer_becomes_part_of_the_real_one(desk: Desk) -> None:
    guessed = Account(name="acme.example", provisional=True, created_at=desk.now)
    desk.session.add(guessed)
    desk.session.flush()
    desk.session.add(AccountDomain(domain="acme.example", account_id=guessed.id))
    mail = Conversation(account_id=guessed.id, first_at=desk.now, last_at=desk.now)
    desk.session.add(mail)
    desk.session.flush()
    accounts(desk, "Acme,acme.example,gold,,,\n")
    assert mail.account_id == _named(desk, "Acme").id
    assert desk.session.scalars(select(Account).where(Account.provisional)).all() == []


def test_a_guessed_customer_of_the_same_name_is_confirmed(desk: Desk) -> None:
    desk.account.provisional = True
    accounts(desk, "norvik,norvik.example,gold,,,\n")
    assert (desk.account.provisional, desk.account.tier) == (False, "gold")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",acme.example,,,,", "line 2, name: it is empty"),
        ("Acme,not a domain,,,,", 'line 2, domains: "not a domain" is no mail domain'),
        ("Acme,,,lots,,", 'line 2, arr: "lots" is no yearly amount. Write digits only, as in 120000.'),
        ("Acme,,,nan,,", "is no yearly amount"),
        ("Acme,,,-1,,", "is no yearly amount"),
        ("Acme,,,,31.1.2027,", 'line 2, renewal: "31.1.2027" is no date'),
        ("Acme,,,,,Ann Lee|ann@acme.example", 'line 2, contacts: "Ann Lee" is not a mail address'),
        ("Acme,,,,,a@b.example|A|B|C", "has too many parts"),
        ("Acme,a.example,,,,\nBeta,a.example,,,,", 'line 3, domains: "a.example" stands on line 2 too'),
        ("Acme,,,,,\nACME,,,,,", "line 3, name"),
    ],
)
def test_a_wrong_cell_is_told(desk: Desk, row: str, told: str) -> None:
    with pytest.raises(CsvError) as raised:
        accounts(desk, row + "\n")
    assert told in str(raised.value)


def test_a_domain_of_another_customer_is_not_taken(desk: Desk) -> None:
    accounts(desk, "Acme,acme.example,,,,\n")
    with pytest.raises(CsvError, match="belongs to Acme"):
        accounts(desk, "Beta,acme.example,,,,\n")


def test_a_rating_and_a_flag_are_kept_by_a_file_without_their_columns(desk: Desk) -> None:
    import_accounts(desk.session, desk.by(), "name,csat,fragile\nNorvik,1.5,lost their sponsor\n", "accounts.csv")
    import_accounts(desk.session, desk.by(), "name,tier\nNorvik,gold\n", "accounts.csv")
    account = desk.session.scalars(select(Account).where(Account.name == "Norvik")).one()
    assert (account.csat, account.fragile) == (1.5, "lost their sponsor")


@pytest.mark.parametrize("rating", ["0", "6", "good"])
def test_a_rating_is_a_number_from_one_to_five(desk: Desk, rating: str) -> None:
    with pytest.raises(CsvError, match=r"is no rating\. Write a number from 1"):
        import_accounts(desk.session, desk.by(), f"name,csat\nNorvik,{rating}\n", "accounts.csv")


def test_everything_that_refers_to_a_guessed_customer_moves_along() -> None:
    referring = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "account"
    }
    assert {table.__tablename__ for table in _HOLDING} == referring


def test_a_guessed_customer_that_wrote_moves_with_its_sightings(desk: Desk) -> None:
    guessed = Account(name="acme.example", provisional=True, created_at=desk.now)
    desk.session.add(guessed)
    desk.session.flush()
    desk.session.add(AccountDomain(domain="acme.example", account_id=guessed.id))
    seen = {"conversation_id": desk.conversation().id, "address": "ann@acme.example", "account_id": guessed.id}
    desk.session.add(Sighting(first_at=desk.now, last_at=desk.now, **seen))
    desk.session.flush()
    accounts(desk, "Acme,acme.example,gold,,,\n")
    assert desk.session.scalars(select(Sighting.account_id)).all() == [_named(desk, "Acme").id]


WIDE = "name,health,owner,team\n"


def test_health_owner_and_team_are_taken_and_left_alone_by_files_without_them(desk: Desk) -> None:
    import_accounts(desk.session, desk.by(), WIDE + "Norvik,red,LENA.vogt@us.example,Support\n", "a.csv")
    accounts(desk, "Norvik,,gold,,,\n")
    assert (desk.account.health, desk.account.owner_id, desk.account.team_id) == ("red", desk.lena.id, desk.team.id)


def test_an_owner_and_a_team_that_nobody_knows_are_mistakes(desk: Desk) -> None:
    with pytest.raises(CsvError) as caught:
        import_accounts(desk.session, desk.by(), WIDE + "Norvik,red,who@us.example,nobody\n", "a.csv")
    assert [mistake.column for mistake in caught.value.mistakes] == ["owner", "team"]
