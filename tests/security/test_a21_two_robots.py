"""A21: a robot without any mark, answering all we send, cannot keep us talking."""

from tests.security.scene import Scene, later


def test_a_talk_of_nothing_but_words_is_answered_once_a_day(scene: Scene) -> None:
    for n in range(20):
        scene.take(scene.mail(f"Thank you for your mail, your ticket is #{n}."))
    assert len(scene.answers()) == 1
    tomorrow = later(scene, days=1, minutes=1)
    tomorrow.take(tomorrow.mail("We have received your mail again."))
    assert len(scene.answers()) == 2


def test_an_unproven_robot_is_asked_once_an_hour(scene: Scene) -> None:
    for n in range(20):
        scene.take(scene.mail(f"Thank you for your mail, your ticket is #{n}.", head=""))
    assert len(scene.answers()) == 1


def test_a_robot_that_answers_a_confirm_is_asked_again_once_a_day(scene: Scene) -> None:
    scene.take(scene.mail("resolve: done"))
    address = scene.confirm_address()
    for n in range(20):
        scene.take(scene.mail(f"We received your mail {n}", to=address))
    assert len(scene.answers()) == 2


def test_answers_stop_at_the_cap_and_the_last_one_says_so(scene: Scene) -> None:
    most = scene.ctx.policy.commands.answers_per_hour
    for n in range(most + 5):
        scene.take(scene.mail(f"note: {n}"))
    answers = scene.answers()
    assert len(answers) == most
    assert "last answer for this hour" in answers[-1].facts["ask"]
