"""A rating is kept once for each who gave it, and the account's last one is its own."""

import pytest
from sqlalchemy import select

from config.words import Channel
from store.customer import Rating
from tests.workflow.desk import Desk
from tests.workflow.test_customer import HELP, INES, wrote
from workflow.change import By
from workflow.errors import Refused
from workflow.ratings import Score, rate


def rated(desk: Desk, score: int, address: str = "ines@norvik.example") -> None:
    by = By(None, "smokewatch", Channel.MAIL, desk.now)
    rate(desk.session, by, desk.esc, Score(score, "", address))


def resolved(desk: Desk) -> Desk:
    desk.says_one("resolve: replaced the seal")
    return desk


def test_the_accounts_last_rating_is_kept_with_it(desk: Desk) -> None:
    rated(resolved(desk), 4)
    assert desk.account.csat == 4
    assert desk.audit("rating") == [(None, "4")]


def test_who_answers_again_has_thought_again(desk: Desk) -> None:
    rated(resolved(desk), 4)
    rated(desk, 2)
    rated(desk, 5, "olaf@norvik.example")
    assert sorted(desk.session.scalars(select(Rating.score))) == [2, 5]


@pytest.mark.parametrize("score", [0, 6])
def test_the_scale_is_one_to_five(desk: Desk, score: int) -> None:
    with pytest.raises(Refused):
        rated(resolved(desk), score)


def test_what_is_not_resolved_is_not_rated(desk: Desk) -> None:
    with pytest.raises(Refused, match="not resolved yet"):
        rated(desk, 5)


def test_a_rating_is_written_down_by_hand(desk: Desk) -> None:
    assert "rated 4 of 5" in resolved(desk).says_one("rating 4/5: they were fine with it")
    row = desk.session.scalars(select(Rating)).one()
    assert (row.score, row.text) == (4, "they were fine with it")


def test_a_number_out_of_the_scale_is_answered(desk: Desk) -> None:
    assert "from 1 (not at all content) to 5" in desk.refused("rating 7")


def test_nobody_of_ours_writes_over_what_the_customer_wrote(desk: Desk) -> None:
    mail = wrote(resolved(desk), 1)
    by = By(None, "smokewatch", Channel.MAIL, desk.now)
    rate(desk.session, by, desk.esc, Score(1, "", INES, mail.id))
    desk.team.mailboxes = [HELP]
    assert "wrote 1 of 5" in desk.refused("rating 5")
