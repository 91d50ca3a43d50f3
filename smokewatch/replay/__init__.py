"""Runs mails at their own historical times through the real pipeline, on a scratch schema and a simulated clock."""
