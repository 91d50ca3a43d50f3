"""Changes the fields of the record beside state and owner: type, category, affected users, links, texts, own fields."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.orm import Session

from config.fields import Fields
from store.people import Person
from store.record import Escalation
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.dates import When
from workflow.errors import Refused
from workflow.fieldvalues import read_value, show_value

MOST_LINKS = 20
LONGEST_LINK = 2_000
"""Characters; browsers and mail programs cut longer ones."""
MOST_USERS = 10_000_000_000
"""More people than there are."""
_UNSAFE = re.compile(r'[\x00-\x20\x7f-\xa0"<>\\^`{|}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')


def set_type(session: Session, by: By, esc: Escalation, said: str, fields: Fields) -> str:
    """Change the type to one of the list, by its word or its name. Raises Refused, naming the list, for any other."""
    chosen = _chosen("type", said, fields.types)
    _set(session, by, esc, "type", chosen)
    return fields.types[chosen]


def set_category(session: Session, by: By, esc: Escalation, said: str, fields: Fields) -> str:
    """Change the category to one of the list, as with the type."""
    chosen = _chosen("category", said, fields.categories)
    _set(session, by, esc, "category", chosen)
    return fields.categories[chosen]


def set_users(session: Session, by: By, esc: Escalation, users: int | None) -> None:
    """Say how many people are affected, None for not known. Raises Refused when it is that already."""
    if users is not None and not 0 <= users < MOST_USERS:
        raise Refused("The number of affected users is a whole number, such as `users 300`.")
    _set(session, by, esc, "affected_users", users)


def set_text(session: Session, by: By, esc: Escalation, field: str, text: str | None) -> None:
    """Write the `steps_to_resolve` or the `path_to_green`, None for nothing. Raises Refused when it is that already."""
    _set(session, by, esc, field, None if text is None else cut(text.strip()))


def add_link(session: Session, by: By, esc: Escalation, said: str) -> str:
    """Add a link; the address as it is kept.

    Raises:
        Refused: it is no web address, it is there already, or there are too many.

    """
    link = clean_link(said)
    if link in esc.links:
        raise Refused(f"{link} is among the links of {esc.number} already.")
    if len(esc.links) >= MOST_LINKS:
        raise Refused(f"{esc.number} has {MOST_LINKS} links; take one off with `unlink 1` first.")
    _relink(session, by, esc, [*esc.links, link], Step("links", None, link))
    return link


def remove_link(session: Session, by: By, esc: Escalation, said: str) -> str:
    """Take a link off, by its address or its place in the list; the address.

    Raises:
        Refused: there is no such link; the sentence lists them.

    """
    places = {str(n): link for n, link in enumerate(esc.links, 1)} | {link: link for link in esc.links}
    found = places.get(said.strip().lstrip("#").rstrip(".!")) or places.get(said.strip())
    if found is None:
        listed = "; ".join(f"`unlink {n}` for {link}" for n, link in enumerate(esc.links[:5], 1))
        raise Refused(f"There is no such link on {esc.number}. {listed or 'It has none'}.")
    _relink(session, by, esc, [link for link in esc.links if link != found], Step("links", found, None))
    return found


def clean_link(said: str) -> str:
    """A web address as it can be shown and clicked: http or https, a host, and nothing that hides where it leads.

    Raises:
        Refused: it is anything else.

    """
    text = said.strip().removeprefix("<").removesuffix(">")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or _UNSAFE.search(text):
        raise Refused(f'"{text[:100]}" is no web address; write it whole, as in `link https://wiki.example/pumps`.')
    if parts.username is not None or parts.password is not None:
        raise Refused("That address carries a login; write it without what stands before the @.")
    if len(text) > LONGEST_LINK:
        raise Refused(f"That address has {len(text)} characters; {LONGEST_LINK} is the most.")
    try:
        host = parts.hostname.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused(f'"{parts.hostname[:100]}" is no name of a computer.') from error
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None else f"{shown}:{port}"
    return urlunsplit((parts.scheme.lower(), place, parts.path, parts.query, parts.fragment))


def set_field(session: Session, by: By, esc: Escalation, said: tuple[str, str], fields: Fields) -> str:
    """Set a field of the team's own, given as (name, value); an empty value or `none` empties it. What it holds now.

    Raises:
        Refused: no such field for this type of escalation, or a value it does not take; both name what is accepted.

    """
    name = _known_field(esc, said[0], fields)
    field, label = fields.field[name], fields.label(name)
    value = read_value(session, field, label, said[1], _when(session, by))
    before = esc.custom.get(name)
    if value == before:
        raise Refused(f"{label} of {esc.number} is {show_value(value)} already; nothing changed.")
    kept = {**esc.custom, name: value}
    esc.custom = {key: each for key, each in kept.items() if each is not None}
    was, to = (None if each is None else f"{label}: {show_value(each)}" for each in (before, value))
    written(session, by, esc, Step("field", was, to, detail={"field": name}))
    return f"{label} of {esc.number} is {show_value(value)} now."


def _when(session: Session, by: By) -> When:
    person = None if by.person_id is None else session.get(Person, by.person_id)
    return When(by.now, "UTC" if person is None else person.zone)


def _known_field(esc: Escalation, said: str, fields: Fields) -> str:
    own = fields.of_type(esc.type)
    wanted = _folded(said)
    found = [name for name in own if wanted in (name, _folded(fields.label(name)))]
    if found:
        return found[0]
    if not fields.field:
        raise Refused('No fields of your own are set up; an admin declares them in the file `fields = "..."` names.')
    listed = ", ".join(f"`{name}`" for name in own)
    has = f"{esc.number} ({fields.types.get(esc.type, esc.type)}) has {listed or 'none'}"
    raise Refused(f'There is no field "{said[:60]}" here; {has}.')


def _chosen(field: str, said: str, known: Mapping[str, str]) -> str:
    wanted = _folded(said)
    found = [name for name, label in known.items() if wanted in (name, _folded(label))]
    if not found:
        raise Refused(f'There is no {field} "{said[:60]}"; write one of: {", ".join(known.values())}.')
    return found[0]


def _relink(session: Session, by: By, esc: Escalation, links: list[str], step: Step) -> None:
    esc.links = links
    written(session, by, esc, step)


def _set(session: Session, by: By, esc: Escalation, field: str, value: str | int | None) -> None:
    before = getattr(esc, field)
    if before == value:
        said = "empty" if value is None else str(value).replace("_", " ")
        raise Refused(f"The {field.replace('_', ' ')} of {esc.number} is {said} already; nothing changed.")
    setattr(esc, field, value)
    was, to = (None if each is None else str(each) for each in (before, value))
    written(session, by, esc, Step(field, was, to))


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().lower())
