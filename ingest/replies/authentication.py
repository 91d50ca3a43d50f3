"""Reads what our own receiving server found out about a mail's sender (Authentication-Results, RFC 8601)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.replies.alignment import aligned
from ingest.replies.fields import Field, header_fields

FIELD = "authentication-results"
MOST_CHARACTERS = 8_192
"""Ten times what the large providers write."""
MOST_DEPTH = 5
"""Comments within comments; real ones have one."""

_WORD = re.compile(r"[A-Za-z0-9._@/+-]*")
_EQUALS = re.compile(r" ?= ?")
_BY = re.compile(r"(?i)\sby\s+([^\s;()]+)")


class Verdict(StrEnum):
    """What the trusted results say of the From domain."""

    PASS = "pass"  # noqa: S105 - a result of RFC 8601, not a password
    NONE = "none"
    FAIL = "fail"


@dataclass(frozen=True)
class Method:
    """One result: `dkim=pass header.d=example.com` has the name dkim, the result pass and one property."""

    name: str
    result: str
    properties: dict[str, str]


def authenticate(raw: bytes, authserv_id: str, from_domain: str) -> Verdict:
    """What the server named `authserv_id` says of mail from `from_domain`; NONE when no server is named.

    Only its fields above the first Received of somebody else count, and only the topmost of them can say pass: a
    sender can write whatever he likes below what our server wrote on top. A fail counts in any of them.
    SPF says nothing of the From field, so SPF alone is NONE. RFC 8601, sections 5 and 7.1.
    """
    if not authserv_id:
        return Verdict.NONE
    verdicts = [_verdict(methods, from_domain) for methods in _ours(raw, authserv_id)]
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return verdicts[0] if verdicts else Verdict.NONE


def disowned(raw: bytes, authserv_id: str, from_domain: str) -> bool:
    """Whether the server named `authserv_id` found it false that a mail is from `from_domain`.

    A FAIL of `authenticate`; or, where nothing passed for that domain, an SPF fail of its own envelope address: that
    is not enough to refuse a command, which needs a pass anyway, but enough not to take the mail for the domain's.
    """
    verdict = authenticate(raw, authserv_id, from_domain)
    if verdict is not Verdict.NONE or not authserv_id:
        return verdict is Verdict.FAIL
    return any(
        m.name == "spf" and m.result == "fail" and _of(m, ("smtp.mailfrom", "smtp.mail"), from_domain)
        for methods in _ours(raw, authserv_id)
        for m in methods
    )


def _ours(raw: bytes, authserv_id: str) -> list[tuple[Method, ...]]:
    return list(_results_of(trusted_fields(header_fields(raw), authserv_id), authserv_id))


def trusted_fields(fields: Sequence[Field], authserv_id: str) -> list[Field]:
    """The fields above the first Received that a server outside of our receiving domain wrote."""
    trusted = []
    for field in fields:
        if field.name == "received" and not _by_us(field.value, authserv_id):
            break
        trusted.append(field)
    return trusted


def _by_us(received: str, authserv_id: str) -> bool:
    """Ours are the server itself, others of its domain, and hops inside a machine (`by localhost`, `by 2002:a05::`)."""
    found = _BY.search(" " + received)
    host = found[1].lower().rstrip(".") if found else ""
    if "." not in host or ":" in host:
        return True
    name = authserv_id.lower().removeprefix("*.")
    parent = name.partition(".")[2] if name.count(".") > 1 else name
    return host in {name, parent} or host.endswith("." + parent)


def _results_of(fields: Sequence[Field], authserv_id: str) -> Iterator[tuple[Method, ...]]:
    """The results of each field that carries our id; a field that cannot be read has none, and so never a pass."""
    for field in fields:
        if field.name != FIELD:
            continue
        named, methods = parse_results(field.value)
        if _is_named(named.lower(), authserv_id.lower()):
            yield methods


def _is_named(named: str, authserv_id: str) -> bool:
    """Whether a field carries our id; `*.example.com` stands for the many hosts of one provider."""
    if authserv_id.startswith("*."):
        return named.endswith(authserv_id[1:])
    return named == authserv_id


def parse_results(value: str) -> tuple[str, tuple[Method, ...]]:
    """The authserv-id and the results of one field; an empty id where there is none, as Microsoft 365 writes it.

    A field that is too long, whose comments are too deep or open at its end, or whose quotes are, has no results.
    """
    head, *rest = _without_comments(value[: MOST_CHARACTERS + 1]).split(";")
    words = head.split()
    named = words[0] if words and "=" not in head else ""
    whole = _is_whole(value)
    return named, tuple(method for part in rest if whole and (method := _method(part)))


def _method(part: str) -> Method | None:
    # White space is made single first: a pattern for any number of blanks takes the square of a long run.
    words = _EQUALS.sub("=", " ".join(part.split())).split()
    if not words:
        return None
    name, _, result = words[0].partition("=")
    properties = dict(word.lower().split("=", 1) for word in reversed(words[1:]) if "=" in word)
    return Method(name.partition("/")[0].lower(), result.lower(), properties)


def _is_whole(value: str) -> bool:
    return len(value) <= MOST_CHARACTERS and _scan(value)[1]


def _without_comments(value: str) -> str:
    return _scan(value)[0]


def _scan(value: str) -> tuple[str, bool]:
    """The text with each comment as one space, and whether all comments and quotes were closed and not too deep.

    A quoted string keeps its content only when it is a plain word: what it hides is no result (RFC 5322, section 3.2).
    """
    out: list[str] = []
    quoted: list[str] | None = None
    depth = deepest = 0
    characters = iter(value)
    for c in characters:
        if c == "\\" and (depth or quoted is not None):
            next(characters, "")
        elif quoted is not None:
            if c == '"':
                out.append("".join(quoted) if _WORD.fullmatch("".join(quoted)) else "?")
                quoted = None
            else:
                quoted.append(c)
        elif c in "()":
            depth += 1 if c == "(" else -1
            deepest = max(deepest, depth if depth >= 0 else MOST_DEPTH + 1)
            out.append(" ")
        elif not depth:
            if c == '"':
                quoted = []
            else:
                out.append(c)
    return "".join(out), depth == 0 and quoted is None and deepest <= MOST_DEPTH


def _verdict(methods: Sequence[Method], from_domain: str) -> Verdict:
    """DMARC decides; without it, the From domain's own DKIM signature does, and one that is broken is a fail."""
    dmarc = {m.result for m in methods if m.name == "dmarc" and _of(m, ("header.from",), from_domain)}
    dkim = {m.result for m in methods if m.name == "dkim" and _of(m, ("header.d", "header.i"), from_domain)}
    refused = any(m.name == "dmarc" and m.result == "fail" for m in methods)
    signed = "pass" in dkim
    if refused or ("fail" in dkim and not (signed and "pass" in dmarc)):
        return Verdict.FAIL
    return Verdict.PASS if "pass" in dmarc or signed else Verdict.NONE


def _of(method: Method, names: tuple[str, ...], from_domain: str) -> bool:
    """Whether the result is about the From domain. DMARC always is, even when its property is left out."""
    domains = [method.properties[name].rpartition("@")[2] for name in names if name in method.properties]
    if not domains:
        return method.name == "dmarc"
    return all(aligned(domain, from_domain) for domain in domains)
