"""`issue: text`: a line of the risk register, what has gone wrong already and stands in the way."""

from config.recordwords import RegisterKind
from workflow.verbs.raid import entry_verb

VERB = entry_verb(RegisterKind.ISSUE, "what has gone wrong already and stands in the way")
