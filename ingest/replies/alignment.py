"""Says whether an authenticated domain may vouch for a From address."""


def aligned(authenticated: str, from_domain: str) -> bool:
    """Whether both are the same domain, or one is a sub-domain of the other.

    This is relaxed alignment (RFC 7489, section 3.1.1) without a public suffix list, so it is narrower: two
    sisters (a.example.com for b.example.com) are not aligned. A domain of one label vouches for nobody.
    """
    one, other = authenticated.lower().rstrip("."), from_domain.lower()
    if "." not in one or "." not in other:
        return False
    return one == other or other.endswith("." + one) or one.endswith("." + other)
