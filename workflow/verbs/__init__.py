"""The commands: one file each, in one table."""

from workflow.verbs import (
    accept,
    ack,
    action,
    anchor,
    assign,
    assumption,
    away,
    back,
    category,
    close,
    customer_impact,
    dependency,
    did,
    discard,
    doing,
    done,
    draft,
    drop,
    handoff,
    help,  # noqa: A004 - each module has the name of its command
    internal_impact,
    issue,
    kept,
    lessons,
    link,
    lock,
    merge,
    milestone,
    mine,
    move,
    next_step,
    noise,
    note,
    own,
    path_to_green,
    priority,
    promise,
    queue,
    queues,
    raci,
    rating,
    reached,
    reconcile,
    reopen,
    resolution,
    resolve,
    risk,
    root_cause,
    satisfaction,
    search,
    send,
    set_field,
    settled,
    sev,
    signed_off,
    skip,
    snooze,
    split,
    start,
    status,
    steps,
    swarm,
    title,
    type,  # noqa: A004
    undo,
    unlink,
    unlock,
    update,
    useful,
    users,
    waiting,
)
from workflow.verbs.base import Verb

# The order is that of `help`: what is needed most comes first.
_TABLE = (
    ack.VERB,  # it is seen
    start.VERB,  # it is worked on
    own.VERB,  # by me
    assign.VERB,  # by somebody else
    accept.VERB,  # by whom the matrix proposed
    reconcile.VERB,
    note.VERB,
    next_step.VERB,  # what and when
    promise.VERB,  # what we owe
    kept.VERB,
    action.VERB,  # who does what
    done.VERB,
    doing.VERB,
    move.VERB,
    drop.VERB,
    mine.VERB,
    waiting.VERB,  # whose turn it is
    priority.VERB,
    sev.VERB,
    did.VERB,  # what the playbook asks for
    skip.VERB,
    milestone.VERB,  # the plan, the register, who does what
    reached.VERB,
    risk.VERB,
    assumption.VERB,
    issue.VERB,
    dependency.VERB,
    settled.VERB,
    raci.VERB,
    swarm.VERB,  # many teams by plan
    title.VERB,  # who they are
    update.VERB,  # to the customer
    send.VERB,
    discard.VERB,
    satisfaction.VERB,
    rating.VERB,
    snooze.VERB,  # for me only
    away.VERB,
    back.VERB,
    useful.VERB,  # verdicts on the alert
    noise.VERB,
    resolve.VERB,  # the end
    close.VERB,
    root_cause.VERB,
    resolution.VERB,
    customer_impact.VERB,
    internal_impact.VERB,
    lessons.VERB,
    signed_off.VERB,
    reopen.VERB,
    lock.VERB,
    unlock.VERB,
    type.VERB,  # what it is
    category.VERB,
    users.VERB,  # how much hangs on it
    steps.VERB,  # how it ends
    path_to_green.VERB,
    link.VERB,
    unlink.VERB,
    set_field.VERB,
    anchor.VERB,  # what it belongs to
    handoff.VERB,
    merge.VERB,  # which mails belong to it
    split.VERB,
    undo.VERB,
    status.VERB,  # these change nothing
    queues.VERB,
    queue.VERB,
    draft.VERB,
    search.VERB,
    help.VERB,
)

VERBS: dict[str, Verb] = {verb.name: verb for verb in _TABLE}
"""Every verb by its name."""
