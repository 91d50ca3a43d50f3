"""`assumption: text`: a line of the risk register, what we take for granted."""

from config.recordwords import RegisterKind
from workflow.verbs.raid import entry_verb

VERB = entry_verb(RegisterKind.ASSUMPTION, "what we take for granted")
