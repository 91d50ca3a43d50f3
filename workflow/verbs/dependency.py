"""`dependency: text`: a line of the risk register, what we wait for from others."""

from config.recordwords import RegisterKind
from workflow.verbs.raid import entry_verb

VERB = entry_verb(RegisterKind.DEPENDENCY, "what we wait for from others")
