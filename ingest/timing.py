"""All waiting times of mail intake in one place, so that a test can shorten them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Times in seconds."""

    connect: float = 10
    read: float = 60
    """Silence on the wire after which a connection counts as dead; a half-open peer is never noticed otherwise."""
    command: float = 120
    """Wall clock for one command: a server that drips a byte a second never trips the read timeout."""
    check: float = 20
    """Wall clock for NOOP and DONE, which cost a server nothing: a dead peer is seen within a poll and this."""
    bytes_per_second: int = 65_536
    """Slowest line on which a large mail still arrives: a FETCH gets this much more time per byte expected."""
    login_gap: float = 30
    """At most one login per this time; providers lock out a client that knocks faster."""
    refused_gap: float = 120
    """The same after a refused password: more tries would only lock the account."""
    idle: float = 540
    """IDLE is issued again after this; RFC 2177 allows 29 min, but NAT tables forget sooner."""
    slice: float = 1
    """How long one look at the idle socket lasts; also how soon a stop is noticed."""
    lease: float = 40
    """How long a folder stays with a poller that fell silent; with `standby`, takeover stays under 60 s."""
    standby: float = 10
    """How often a poller without a lease asks for it."""
