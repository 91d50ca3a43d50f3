"""Trains a team: a scripted storm of mails on a scratch schema and a fast clock, with a score sheet at the end."""
