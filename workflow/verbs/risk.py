"""`risk: text`: a line of the risk register, what may go wrong."""

from config.recordwords import RegisterKind
from workflow.verbs.raid import entry_verb

VERB = entry_verb(RegisterKind.RISK, "what may go wrong; a mitigation may follow: `risk: text, mitigation: text`")
