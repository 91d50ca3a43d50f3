"""Tells which of the five languages a text is in, by counting the commonest words of each."""

from config.lexicon import LANGUAGES, lexicon

_SAMPLE = 800
"""Characters that are looked at; more change the answer on no story and cost time."""

_CLEAR = 2
"""Lead in distinct common words at which the text overrules what is known of the sender."""


def identify(folded: bytes, hint: str | None = None) -> str:
    """The language of the folded text; a short or mixed one takes `hint`, without a hint English."""
    words = {word.strip(b".,;:!?()\"'") for word in set(folded[:_SAMPLE].split())}
    counts = sorted(((len(words & lexicon(code).stopwords), code) for code in LANGUAGES), reverse=True)
    (most, best), (second, _) = counts[0], counts[1]
    known = hint if hint in LANGUAGES else None
    if most - second >= _CLEAR or (known is None and most > second):
        return best
    return known or ("en" if (most, "en") in counts else best)
