"""Does what a mail's kind asks for beyond being filed: count a bounce, obey a command, open by hand."""
