"""Finds sums of money in a text and says what each is worth as a plain number, with its currency."""

from config.lexicon import Rule
from config.pattern import Found
from signals.marks import Amount
from signals.pledges import Page

_MOST = 12
"""Sums of one message that are kept; a price list holds more and proves nothing."""

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_DOLLARS = {
    "r": "BRL",
    "us": "USD",
    "u": "USD",
    "a": "AUD",
    "au": "AUD",
    "c": "CAD",
    "ca": "CAD",
    "nz": "NZD",
    "mx": "MXN",
    "s": "SGD",
}
"""Letters before the sign: R$ is Brazil's."""

_CENTS = 2
"""Digits behind a decimal sign at most; three are thousands."""


def amounts(page: Page, text: str) -> tuple[Amount, ...]:
    """The sums of the text in order of place; `text` is the unfolded original, which still tells the signs apart."""
    found: dict[int, Amount] = {}
    for rule in page.rules.get("amount", []):
        for match in rule.pattern.finditer(page.folded):
            amount = _amount(page, rule, match, text)
            if amount and len(found) < _MOST and not any(_overlap(amount, other) for other in found.values()):
                found[amount.start] = amount
    return tuple(found[start] for start in sorted(found))


def _overlap(one: Amount, other: Amount) -> bool:
    return one.start < other.end and other.start < one.end


def _amount(page: Page, rule: Rule, match: Found, text: str) -> Amount | None:
    parts = rule.groups(match, page.folded)
    scale = page.lexicon.tables.get("scales", {}).get(parts.get("scale", (0, ""))[1], 1)
    value = _value(parts["n"][1]) * float(scale)
    return Amount(*match[0], value, _currency(page, parts, text)) if value > 0 else None


def _currency(page: Page, parts: dict[str, tuple[int, str]], text: str) -> str:
    if "sign" in parts:
        start, sign = parts["sign"]
        letters = sign.rstrip("$").strip()
        return _DOLLARS.get(letters, "") if letters else _SIGNS.get(text[start + len(sign) - 1], "")
    word = parts.get("coin", (0, ""))[1]
    return str(page.lexicon.tables.get("coins", {}).get(word, ""))


def _value(written: str) -> float:
    """`12.400,50`, `12,400.50`, `12 400`, `12'400` and `1,03,500` alike; one or two digits are cents."""
    digits = written.replace(" ", "").replace("'", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return float(digits)
    whole, cents = digits[:last], digits[last + 1 :]
    plain = whole.replace(".", "").replace(",", "")
    decimal = len(cents) <= _CENTS and digits.count(digits[last]) == 1
    return float(f"{plain}.{cents}") if decimal else float(plain + cents)
