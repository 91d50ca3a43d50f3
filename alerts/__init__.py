"""Mail out: the outbox to SMTP, digests, quiet hours and budgets."""
