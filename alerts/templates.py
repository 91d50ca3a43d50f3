"""Renders the sibling templates of one mail kind: subject, first sentence, text and HTML."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts import phrases, plaintext
from alerts.clean import one_line
from alerts.letter import Letter
from config.words import NoticeKind


@dataclass(frozen=True)
class Rendered:
    """What a mail says, in its three forms."""

    subject: str
    text: str
    html: str


def render(kind: NoticeKind, letter: Letter, now: datetime) -> Rendered:
    """Fill the templates in `config/templates/mail/<kind>/`.

    Raises:
        jinja2.TemplateError: a template is missing or uses something the letter does not have.

    """
    values: dict[str, Any] = {
        **vars(letter),
        "letter": letter,
        "when": partial(phrases.when, zone=letter.zone, now=now),
        "relative": partial(phrases.relative, now=now),
    }
    environment = _environment()

    def fill(name: str) -> str:
        return environment.get_template(f"{kind.value}/{name}").render(values)

    values["lead"] = one_line(fill("lead.txt"), 500)
    tag = f"[{letter.number}] " if letter.number else ""
    return Rendered(tag + one_line(fill("subject.txt")), plaintext.tidy(fill("body.txt")), fill("body.html"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("config", "templates/mail"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "wrap": plaintext.wrap,
        "quoted": plaintext.quoted,
        "table": plaintext.table,
        "choices": plaintext.choices,
        "happened": phrases.happened,
        "signal": phrases.name_of,
        "words": phrases.words,
        "hours": phrases.hours,
        "listed": phrases.listed,
        "short": one_line,
    }
    return environment
