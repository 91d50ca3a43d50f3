"""Tells a mailbox that several people or a machine read from a person's, by the words of shared_mailboxes.txt."""

import re
from functools import cache
from importlib.resources import files

from config.fold import fold

_WORDS = re.compile(r"[a-z]+")


@cache
def is_shared(address: str) -> bool:
    """Whether nobody in particular reads this address: `accounts-payable@`, `info@`, `jira-noreply@`."""
    words = _WORDS.findall(fold(address.partition("@")[0]).decode())
    shared, machines = _lists()
    return not words or any(word in machines for word in words) or all(word in shared for word in words)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    text = files("config").joinpath("shared_mailboxes.txt").read_text(encoding="utf-8")
    words = " ".join(line for line in text.splitlines() if not line.startswith("#")).split()
    machines = frozenset(word[1:] for word in words if word.startswith("*"))
    return frozenset(word for word in words if not word.startswith("*")) | machines, machines
