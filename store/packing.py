"""Packs small numbers and bytes into few letters that are safe in a mail address, and reads them back strictly."""

import base64

_CONTINUES = 0x80
_SEVEN_BITS = 0x7F
_VARINT_BITS = 70
"""Room for 64 bits in groups of seven."""


def letters(raw: bytes) -> str:
    """Base32 (RFC 4648, section 6) in lower case without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def from_letters(text: str) -> bytes | None:
    """The bytes again, whatever the case; None unless `text` is the one spelling that `letters` gives them."""
    if not text.isascii() or not text.isalnum():
        return None
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return None
    return raw if letters(raw) == text.lower() else None


def numbers(values: tuple[int, ...]) -> bytes:
    """Each number not below 0 as seven bits a byte, lowest first, the high bit set on all but its last."""
    return b"".join(_number(value) for value in values)


def from_numbers(packed: bytes) -> tuple[int, ...] | None:
    """The numbers again; None when one is cut off, too long, or not in its shortest form."""
    values: list[int] = []
    value = bits = 0
    for byte in packed:
        if bits >= _VARINT_BITS or (byte == 0 and bits):
            return None
        value |= (byte & _SEVEN_BITS) << bits
        bits += 7
        if not byte & _CONTINUES:
            values.append(value)
            value = bits = 0
    return tuple(values) if bits == 0 else None


def _number(value: int) -> bytes:
    out = bytearray()
    while value > _SEVEN_BITS:
        out.append(value & _SEVEN_BITS | _CONTINUES)
        value >>= 7
    out.append(value)
    return bytes(out)
