"""What can go wrong when the record is changed, each with a sentence for the person who asked."""


class WorkflowError(Exception):
    """Base of all errors of this package; `str()` of it is a sentence for people."""


class Refused(WorkflowError):  # noqa: N818 - it is no fault, it is an answer
    """A change the rules do not allow; nothing was changed."""


class NotFound(Refused):
    """No such escalation, or none this person may see: the two must not be told apart."""


class Incomplete(Refused):
    """A change that lacks something the person can still give; `missing` names it as it must be written."""

    def __init__(self, sentence: str, missing: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.missing = missing


class Locked(Refused):
    """A write on a locked closeout, its sign-off or its action items; an admin unlocks it first, with a reason."""
