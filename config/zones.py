"""Tells the time zone that is named behind a clock time: `5 pm Istanbul time`, `10 h heure de Paris`."""

import tomllib
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from config.pattern import Pattern

_PLACE = rb"([a-z]+(?:[ -][a-z]+)?)"
_NAMED = (
    Pattern(rb"^[ (,]*" + _PLACE + rb" (?:local )?(?:time|zeit|ortszeit)\b"),
    Pattern(rb"^[ (,]*(?:heure (?:locale )?d[e'] ?|hora (?:local )?d[eao] |horario de |zeit in )" + _PLACE),
)
_WORDS = (b"time", b"zeit", b"heure", b"hora")
"""One of these stands in all of them; most clock times have none behind them."""

_REACH = 48
"""Bytes behind a clock time in which a zone is looked for."""


def zone_named(behind: bytes) -> str:
    """The name (of the IANA database) of the zone that folded text behind a clock time begins with; empty for none."""
    near = behind[:_REACH]
    if not any(word in near for word in _WORDS):
        return ""
    for pattern in _NAMED:
        match = pattern.search(near)
        if match:
            return _known(near[slice(*match[1])].decode().replace("-", " "))
    return ""


def _known(place: str) -> str:
    return _places().get(place) or _places().get(place.partition(" ")[0], "")


@cache
def _places() -> dict[str, str]:
    data = tomllib.loads(files("config").joinpath("zones.toml").read_text(encoding="utf-8"))
    cities = {
        name.rpartition("/")[2].lower().replace("_", " "): name
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }
    places: dict[str, str] = data["places"]
    return cities | places
