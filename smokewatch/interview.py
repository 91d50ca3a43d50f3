"""Asks what must be known about a mailbox, and writes the settings file from the answers."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import typer

PROVIDERS = {
    "microsoft": ("outlook.office365.com", "smtp.office365.com"),
    "google": ("imap.gmail.com", "smtp.gmail.com"),
    "other": ("", ""),
}


@dataclass(frozen=True)
class Answers:
    """What the admin said."""

    address: str
    provider: str
    imap_host: str
    smtp_host: str
    user: str
    password: str
    client_id: str
    client_secret: str
    tenant: str
    admin: str
    admin_name: str


def ask() -> Answers:
    """Ask on the terminal; an empty SMTP server keeps all mail in the local catcher."""
    address = typer.prompt("Mail address of the support mailbox")
    provider = typer.prompt("Provider (microsoft, google, other)", default="other")
    if provider not in PROVIDERS:
        provider = "other"
    imap_host, smtp_host = PROVIDERS[provider]
    imap_host = typer.prompt("IMAP server", default=imap_host or f"imap.{address.rpartition('@')[2]}")
    smtp_host = typer.prompt("SMTP server for our mails (empty: file them locally)", default=smtp_host)
    user = typer.prompt("User name", default=address)
    oauth = provider == "microsoft"
    secret = typer.prompt("Client secret of the app registration" if oauth else "Password", hide_input=True)
    return Answers(
        address=address, provider=provider, imap_host=imap_host, smtp_host=smtp_host, user=user,
        password="" if oauth else secret, client_secret=secret if oauth else "",
        client_id=typer.prompt("Application (client) ID") if oauth else "",
        tenant=typer.prompt("Directory (tenant) ID") if oauth else "",
        admin=typer.prompt("Your own mail address"),
        admin_name=typer.prompt("Your name"),
    )  # fmt: skip


def write(path: Path, answers: Answers) -> None:
    """Write the settings, and the secret into a file of its own that only the owner may read.

    Raises:
        OSError: a file cannot be written.

    """
    secret = (path.parent / "smokewatch.secret").resolve()
    _private(secret, answers.password or answers.client_secret)
    _private(path, _toml(answers, secret))


def _toml(answers: Answers, secret: Path) -> str:
    q = json.dumps  # a JSON string is a valid TOML basic string
    domain = answers.address.rpartition("@")[2]
    local = answers.address.rpartition("@")[0]
    lines = [
        "# Every setting is described in docs/settings.md.",
        f"admin = {q(answers.admin)}",
        f"our_domains = [{q(domain)}]",
        "",
        "[[mailbox]]",
        'name = "support"',
        f"address = {q(answers.address)}",
        *_login(answers, answers.imap_host, secret, "mailbox"),
        "",
        "[outgoing]",
        f"from_address = {q(f'{local}+smokewatch@{domain}')}",
        "# Answers come back to these; they must end in the watched mailbox, with anything more behind a +.",
        *(f"{word}_address = {q(f'{local}+{word}@{domain}')}" for word in ("reply", "bounce", "escalation")),
    ]
    if answers.smtp_host:
        lines += [
            "",
            "[outgoing.smtp]",
            'security = "starttls"',
            *_login(answers, answers.smtp_host, secret, "outgoing.smtp"),
        ]
    return "\n".join(lines) + "\n"


def _login(answers: Answers, host: str, secret: Path, section: str) -> list[str]:
    q = json.dumps
    lines = [f"host = {q(host)}", f"user = {q(answers.user)}"]
    if not answers.client_id:
        return [*lines, f"password_file = {q(str(secret))}"]
    return [
        *lines,
        f"[{section}.oauth]",
        f"provider = {q(answers.provider)}",
        'grant = "client_credentials"',
        f"tenant = {q(answers.tenant)}",
        f"client_id = {q(answers.client_id)}",
        f"client_secret_file = {q(str(secret))}",
    ]


def _private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".new")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)
