"""`noise: why`, or `noise deadline: why`: the alert, or one finding of it, was not worth the mail."""

from workflow.dates import When
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work
from workflow.verbs.feedback import judge, signal_named, take_back


def _parse(rest: Rest, _when: When) -> Args | None:
    about, colon, why = ("", ":", rest.text) if rest.colon else rest.text.partition(":")
    signal = signal_named(about)
    if not colon or (about.strip() and signal is None):
        return None
    if not why.strip():
        raise BadArgumentError("Say why, so that the rules can be bettered: `noise: why`.")
    return {"why": why.strip(), "signal": signal}


def _run(work: Work) -> Outcome:
    before = judge(work, useful=False, why=work.args["why"])
    raised = "the rule that raised it" if work.args.get("signal") else "the rules that raised this"
    return Outcome(f"Thank you - it counts against {raised}.", before)


VERB = Verb(
    name="noise",
    aliases=("false alarm",),
    usage="noise: why",
    meaning="this alert was not worth a mail; `noise deadline: why` names one finding",
    parse=_parse,
    run=_run,
    undo=take_back,
    lines=Lines.WRAPPED,
)
