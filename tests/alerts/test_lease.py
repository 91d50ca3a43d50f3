"""Of alerts that wait together the weightiest goes first, so that a day's budget is spent on what matters most."""

from datetime import timedelta

from alerts.lease import claim_one
from tests.alerts.scene import Scene


def _order(scene: Scene, count: int) -> list[int]:
    claims = [claim_one(scene.store, scene.now) for _ in range(count)]
    return [claim.notice_id for claim in claims if claim is not None]


def test_the_weightiest_goes_first(scene: Scene) -> None:
    light, heavy, middle = (scene.post(weight=weight) for weight in (0.4, 4.0, 2.0))
    assert _order(scene, 3) == [heavy, middle, light]


def test_what_is_urgent_goes_before_what_weighs_more(scene: Scene) -> None:
    heavy, urgent = scene.post(weight=9.0), scene.post(weight=0.1, urgent=True)
    assert _order(scene, 2) == [urgent, heavy]


def test_of_equal_weight_the_older_goes_first(scene: Scene) -> None:
    younger, older = scene.post(), scene.post(not_before=scene.now - timedelta(hours=1))
    assert _order(scene, 2) == [older, younger]
