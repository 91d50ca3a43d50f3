"""`smokewatch update` and `customer`: nothing is drafted for customers until the policy says so."""

from collections.abc import Callable

from smokewatch.cli.output import Exit

Run = Callable[..., tuple[int, str, str]]


def test_mail_to_customers_is_off_until_the_policy_says_otherwise(run: Run) -> None:
    run("open", "Printer is on fire", "--account", "Acme")
    code, out, _ = run("update", "ESC-1", "customer")
    assert (code, "switched off here" in out) == (Exit.REFUSED, True)
    assert "There is no mail to a customer" in run("customer", "list")[1]
