"""A made-up company with its customers and their mails, so that the product can be tried without a mailbox."""
