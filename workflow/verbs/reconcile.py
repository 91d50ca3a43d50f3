"""`reconcile`: a hand-over against the matrix is settled."""

from workflow.dates import When
from workflow.overrides import reconcile
from workflow.verbs.base import Args, Lines, Outcome, Rest, Verb, Work, bare


def _parse(rest: Rest, when: When) -> Args | None:
    if rest.colon:
        return {"note": rest.text}
    return None if bare(rest, when) is None else {"note": ""}


def _run(work: Work) -> Outcome:
    done = reconcile(work.session, work.by, work.escalation, note=work.args["note"])
    names = " and ".join(f"{each.now} instead of {each.chosen}" for each in done)
    return Outcome(f"Settled: {names} for {work.number}. It is no longer listed.")


VERB = Verb(
    name="reconcile",
    aliases=("reconciled",),
    usage="reconcile",
    meaning="a hand-over against the matrix is settled; `reconcile: note` says how",
    parse=_parse,
    run=_run,
    lines=Lines.WRAPPED,
    can_undo=False,
)
