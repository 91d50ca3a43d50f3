"""Small raw mails for tests of the reader."""

from collections.abc import Iterable

HEAD = {
    "From": "Ann Ash <ann@customer.example>",
    "To": "support@acme.example",
    "Subject": "Outage",
    "Date": "Wed, 06 May 2026 10:30:00 +0200",
    "Message-ID": "<one@customer.example>",
}


def letter(body: str | bytes = "Hello\r\n", kind: str = "text/plain; charset=utf-8", **fields: str | None) -> bytes:
    """A mail; `fields` replace or add header fields (`_` stands for `-`), None leaves one out."""
    head = {**HEAD, "Content-Type": kind, **{name.replace("_", "-"): value for name, value in fields.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value is not None)
    return lines.encode("utf-8", "surrogateescape") + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def multipart(subtype: str, parts: Iterable[tuple[str, str]], boundary: str = "b") -> bytes:
    """A mail of parts, each given as (header lines, content)."""
    return letter(many(parts, boundary), f'multipart/{subtype}; boundary="{boundary}"')


def many(parts: Iterable[tuple[str, str]], boundary: str = "b") -> str:
    """The body of a multipart."""
    joined = "".join(f"--{boundary}\r\n{head}\r\n\r\n{content}\r\n" for head, content in parts)
    return f"{joined}--{boundary}--\r\n"


TEXT = "Content-Type: text/plain; charset=utf-8"
HTML = "Content-Type: text/html; charset=utf-8"
