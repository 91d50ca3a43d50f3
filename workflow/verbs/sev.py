"""`sev 1`: which severity path, with its duties, the escalation takes."""

from workflow.record import set_path
from workflow.verbs.base import Outcome, Verb, Work, one_of


def _run(work: Work) -> Outcome:
    before = work.escalation.path
    set_path(work.session, work.by, work.escalation, work.args["path"])
    return Outcome(f"{work.number} is on the Sev {work.args['path']} path now; it was Sev {before}.")


VERB = Verb(
    name="sev",
    aliases=("severity",),
    usage="sev 1",
    meaning="put it on path Sev 1 or Sev 2",
    parse=one_of("path", {"1": 1, "2": 2}, needed="There are two paths: `sev 1` and `sev 2`."),
    run=_run,
)
