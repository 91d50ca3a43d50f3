"""Settings, policy, lexicons and templates as data: the lowest floor, imported by all, importing none."""
