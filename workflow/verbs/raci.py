"""`raci @bob A`: who is responsible, accountable, consulted or informed."""

import re
from typing import Any

from workflow.dates import When
from workflow.participants import find_person
from workflow.raci import MEANINGS, put_roles_back, roles_json, say, set_letters
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_WORDS = {word: letter for letter, word in MEANINGS.items()} | {letter.lower(): letter for letter in MEANINGS}
_NONE = ("none", "nothing", "-")
_NEEDED = (
    "Name one person and the letters, R responsible, A accountable, C consulted, I informed: `raci @bob A`; "
    "`raci @bob none` takes them away."
)


def _parse(rest: Rest, _when: When) -> Args | None:
    name, _, said = rest.text.rstrip(".!").rpartition(" ")
    words = [word for word in re.split(r"[ ,/+]+", rest.text.rstrip(".!")) if word.lower() != "and"]
    letters: list[str] = []
    while len(words) > 1 and (found := _letters(words[-1])) is not None:
        letters, words = [*found, *letters], words[:-1]
    name = " ".join(words).strip()
    if said.lower() in _NONE:
        return {"name": rest.text.rstrip(".!").rpartition(" ")[0].lstrip("@"), "letters": ""}
    if not letters or not name.startswith("@"):
        raise BadArgumentError(_NEEDED)
    return {"name": name.lstrip("@"), "letters": "".join(letters)}


def _letters(word: str) -> list[str] | None:
    if word.lower() in _WORDS:
        return [_WORDS[word.lower()]]
    return list(word) if word and set(word) <= set(MEANINGS) else None


def _run(work: Work) -> Outcome:
    before = roles_json(work.session, work.escalation)
    person = find_person(work.session, work.args["name"])
    moved = set_letters(work.session, work.by, work.escalation, person, work.args["letters"])
    letters = [letter for letter in MEANINGS if letter in work.args["letters"]]
    said = f"{person.name} is {say(letters)} on {work.number} now."
    more = f" {moved.name} is not accountable any more, as only one can be." if moved is not None else ""
    return Outcome(said + more, {"roles": before, "after": roles_json(work.session, work.escalation)})


def _undo(work: Work, before: dict[str, Any]) -> None:
    put_roles_back(work.session, work.by, work.escalation, before["roles"], before["after"])


VERB = Verb(
    name="raci",
    usage="raci @name A",
    meaning="who is responsible (R), accountable (A), consulted (C), informed (I)",
    parse=_parse,
    run=_run,
    undo=_undo,
)
