"""`useful`, or `useful deadline`: the alert, or one finding of it, was worth the mail."""

from workflow.dates import When
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work, bare
from workflow.verbs.feedback import judge, signal_named, take_back


def _parse(rest: Rest, when: When) -> Args | None:
    signal = None if rest.colon else signal_named(rest.text.rstrip(".! "))
    return {"signal": signal} if signal else bare(rest, when)


def _run(work: Work) -> Outcome:
    before = judge(work, useful=True, why="")
    raised = "the rule that raised it" if work.args.get("signal") else "the rules that raised this"
    return Outcome(f"Good to hear - it counts for {raised}.", before)


VERB = Verb(
    name="useful",
    aliases=("helpful",),
    usage="useful",
    meaning="this alert was worth a mail; `useful deadline` names one finding",
    parse=_parse,
    run=_run,
    undo=take_back,
)
