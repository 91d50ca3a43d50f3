"""Says where the commands of a reply may begin, what ends them, and what is left as the comment."""

import re

_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|liebe[sr]?"
    r"|bonjour|bonsoir|salut|ch[eè]re?s?|hola|buen[oa]s \w{3,6}|ol[aá]|bom dia|boa \w{4,5})\b[^.?:;]{0,40}[,!.]?",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:many |kind |best |warm )?(?:thanks|thank you|thx|regards|wishes|cheers|best|sincerely)\b[^?]{0,30}$"
    r"|(?:mit )?(?:freundliche|viele|beste|liebe)n? gr(?:ü|ue)(?:ß|ss)en?\b|mfg\b|lg\b|danke\b|cordialement\b|merci\b"
    r"|saludos\b|gracias\b|obrigad[oa]\b|atenciosamente\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"--$|__|>|—$|(?:sent|gesendet|envoyé|enviado) (?:from|von|depuis|de) ", re.IGNORECASE)
ENDS_BLOCK = re.compile(f"{_CUT.pattern}|{_SIGN_OFF.pattern}", re.IGNORECASE)
"""A signature, a quote or a sign-off: no command stands behind it."""

_SIGNATURE_LINES = 5
"""Lines of a sign-off with the name and the firm below it; more is text that happens to begin with thanks."""


def behind_greeting(lines: list[str]) -> int:
    """The line to begin at: behind empty ones and one greeting."""
    first = next((n for n, line in enumerate(lines) if line), len(lines))
    return first + 1 if first < len(lines) and _GREETING.fullmatch(lines[first]) else first


def comment_below(lines: list[str], start: int) -> str:
    """What was written below the commands, up to a signature or a quote; a bare sign-off is no comment."""
    rest = lines[start:]
    end = next((n for n, line in enumerate(rest) if _CUT.match(line)), len(rest))
    said = [line for line in rest[:end] if line]
    if not said or (_SIGN_OFF.match(said[0]) and len(said) <= _SIGNATURE_LINES):
        return ""
    return "\n".join(rest[:end]).strip()
