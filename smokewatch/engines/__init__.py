"""The engines that come with the product: PostgreSQL, Redis, a local IMAP server and a local SMTP catcher."""
