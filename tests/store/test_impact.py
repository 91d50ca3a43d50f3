"""The impact is a number with its terms: it rises with what hangs on it, and what is not known gives nothing."""

from hypothesis import given
from hypothesis import strategies as st

from config.fields import load_fields
from store.impact import Impact, ImpactFacts, impact

WEIGHTS = load_fields().impact
ARR = st.none() | st.floats(0, 1e9)
USERS = st.none() | st.integers(0, 10**9)


def _of(**facts: object) -> Impact:
    return impact(ImpactFacts(**facts), WEIGHTS)  # type: ignore[arg-type]


def test_the_terms_say_how_the_number_came_about() -> None:
    told = _of(tier="Gold", arr=480_000.0, users=300, category="services")
    assert [str(term) for term in told.terms] == [
        "tier Gold: 15 of 20",
        "yearly value 480,000: 28 of 35",
        "affected users 300: 18 of 30",
        "category services: 10.5 of 15",
    ]
    assert told.score == 72


def test_what_is_not_known_is_named_and_gives_nothing() -> None:
    told = _of(category="product")
    assert (told.score, told.unknown) == (15, ("tier", "yearly value", "affected users"))


def test_nothing_at_all_is_nothing_and_everything_is_100() -> None:
    assert _of().score == 0
    assert _of(tier="enterprise", arr=5e6, users=50_000, category="product").score == 100


def test_a_tier_or_category_that_is_not_in_the_list_gives_nothing() -> None:
    assert _of(tier="odd", category="odd").score == 0


def test_the_bound_itself_counts() -> None:
    assert (_of(users=99).score, _of(users=100).score) == (9, 18)


@given(ARR, USERS, st.floats(0, 1e9), st.integers(0, 10**9))
def test_more_value_or_more_people_never_lower_it(
    arr: float | None, users: int | None, more: float, others: int
) -> None:
    before = _of(arr=arr, users=users).score
    assert before <= _of(arr=(arr or 0) + more, users=(users or 0) + others).score <= 65


@given(ARR, USERS, st.text(max_size=20), st.text(max_size=20))
def test_the_terms_add_up_to_the_number(arr: float | None, users: int | None, tier: str, category: str) -> None:
    told = _of(arr=arr, users=users, tier=tier, category=category)
    assert abs(sum(term.points for term in told.terms) - told.score) <= 0.7
    assert 0 <= told.score <= 100
