"""Reads a word or two that stand in one of the installation's own lists, which only the run of the verb knows."""

import re
from collections.abc import Callable

from workflow.dates import When
from workflow.verbs.base import Args, BadArgumentError, Rest

_WORDS = re.compile(
    r"(?!(?:is|was|are|has|will|of|in|on|it|this|that|the|an?)\b)[^\W_][\w/&-]*(?:[ ][\w/&-]+){0,3}", re.IGNORECASE
)
_MOST_BARE = 2
"""Words that need no colon before them; more of them are a sentence."""


def listed(*, needed: str) -> Callable[[Rest, When], Args | None]:
    """A verb with one name of a list, kept as `to`; behind a colon it may have up to four words."""

    def parse(rest: Rest, _when: When) -> Args | None:
        said = rest.text.rstrip(".!").strip()
        if not said:
            raise BadArgumentError(needed)
        if rest.text.endswith("?") or not _WORDS.fullmatch(said):
            return None
        return {"to": said} if rest.colon or len(said.split()) <= _MOST_BARE else None

    return parse
