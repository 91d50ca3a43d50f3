"""`help`: the commands of every day and the topics of the others; `help closing`, `help close` tell more."""

from collections.abc import Mapping

from workflow.dates import When
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work, bare

Topics = Mapping[str, tuple[Verb, ...]]
TOP = "Write commands at the very top of your answer, one per line."


def make(topics: Topics) -> Verb:
    """The verb that tells of these; the first topic is what everybody needs."""
    names = {verb.name: topic for topic, verbs in topics.items() for verb in verbs}

    def parse(rest: Rest, when: When) -> Args | None:
        about = rest.text.rstrip(".!").strip().lower()
        if about in topics or about in names:
            return {"about": names.get(about, about)}
        if bare(rest, when) is not None:
            return {"about": None}
        if len(about.split()) == 1 and not rest.text.endswith("?"):
            known = ", ".join(f"`help {topic}`" for topic in topics)
            raise BadArgumentError(f"There is no command or topic of that name. Write {known}, or `help` alone.")
        return None

    def run(work: Work) -> Outcome:
        asked = work.args["about"]
        if asked is not None:
            return Outcome("\n".join([TOP, *_lines(topics[asked])]))
        first, *others = topics
        more = [f"`help {topic}` - {', '.join(verb.name for verb in topics[topic])}" for topic in others]
        return Outcome("\n".join([TOP, *_lines(topics[first]), "More commands:", *more]))

    return Verb(
        name="help",
        aliases=("commands",),
        usage="help",
        meaning="this list",
        parse=parse,
        run=run,
        trust=Trust.WEAK,
        can_undo=False,
    )


def _lines(verbs: tuple[Verb, ...]) -> list[str]:
    return [f"`{verb.usage}` - {verb.meaning}" for verb in verbs]
