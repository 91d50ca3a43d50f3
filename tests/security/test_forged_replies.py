"""A thousand forgeries, each with at least one part of the accept rule broken: none is obeyed."""

import random
from collections import Counter
from datetime import timedelta
from itertools import product

from config.words import NoticeKind
from ingest.replies.reply import Done
from store.tokens import issue_bounce, tagged_address
from tests.security.mailprograms import ENCODINGS, FORMS, PROGRAMS, Letter, compose
from tests.security.scene import AUTHSERV, DANA, OUTGOING, PROVEN, Scene, later

GOOD = "good"
FORGED = 1_200
WORDS = ("ack", "own", "priority critical", "resolve: x", "close\nroot cause: x\nresolution: y", "assign @bob", "yes")
SENDERS = {
    GOOD: DANA,
    "outsider": "Pat <pat@customer.example>",
    "colleague": "bob@acme.example",
    "left": "fred@acme.example",
    "shown": f'"{DANA}" <evil@x.example>',
    "encoded": f"=?utf-8?q?{DANA.replace('@', '=40')}=3E?= <evil@x.example>",
    "list": f"{DANA}, evil@x.example",
    "group": f"Managers: {DANA};",
    "27043": f"{DANA})<evil@x.example>",
    "route": f"<@x.example,@y:{DANA}>",
    "comment": f"Dana (x) <{DANA}>",
    "twice": f"evil@x.example\r\nFrom: {DANA}",
    "homograph": DANA.replace("acme", "\u0430cme"),
    "zero width": DANA.replace(".", "\u200b."),
    "sub-domain": DANA.replace("@", "@evil."),
    "none": "",
}
PASS = "dkim=pass header.d=acme.example; dmarc=pass header.from=acme.example"
RESULTS = {
    GOOD: PROVEN,
    "none": "",
    "fail": f"Authentication-Results: {AUTHSERV}; dmarc=fail header.from=acme.example\r\n",
    "hidden fail": f"{PROVEN}Authentication-Results: {AUTHSERV}; dmarc=fail header.from=acme.example\r\n",
    "dkim fail": f"Authentication-Results: {AUTHSERV}; dkim=fail header.d=acme.example\r\n",
    "foreign": f"Authentication-Results: mx.evil.example; {PASS}\r\n",
    "microsoft": f"Authentication-Results: {PASS}\r\n",
    "unaligned": f"Authentication-Results: {AUTHSERV}; dkim=pass header.d=evil.example\r\n",
    "spf": f"Authentication-Results: {AUTHSERV}; spf=pass smtp.mailfrom=acme.example\r\n",
    "commented": f"Authentication-Results: {AUTHSERV}; none ({PASS})\r\n",
    "below": f"Authentication-Results: {AUTHSERV}; none\r\n{PROVEN}",
    "relayed": f"Received: from a by b.evil.example\r\n{PROVEN}",
    "arc": f"ARC-{PROVEN}",
}
ROBOTS = {
    GOOD: "",
    "auto": "Auto-Submitted: auto-replied\r\n",
    "null": "Return-Path: <>\r\n",
    "bulk": "Precedence: bulk\r\n",
}


def addresses(scene: Scene) -> dict[str, str]:
    """A good reply address, and what a forger could have instead."""
    good = scene.address()
    local, _, domain = good.partition("@")
    rng = random.Random(24)
    guess = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz234567", k=len(local) - 6))
    return {
        GOOD: good,
        "none": "support@acme.example",
        "untagged": OUTGOING.reply_address,
        "guess": f"reply+{guess}@{domain}",
        "cut": f"{local[:-6]}@{domain}",
        "changed": f"{local[:9]}{'a' if local[9] != 'a' else 'b'}{local[10:]}@{domain}",
        "elsewhere": good.replace("@acme", "@evil"),
        "colleague's": scene.address(scene.bob),
        "left": scene.address(scene.former),
        "no right": scene.address(scene.stranger),
        "expired": scene.address(expires=timedelta(hours=-1)),
        "bounce": tagged_address(OUTGOING.reply_address, issue_bounce(scene.session, 1, scene.now)),
        "confirm": scene.address(purpose="confirm", nonce=1),
        "two": f"{good}, {scene.address(esc=scene.other_esc)}",
    }


def test_a_thousand_forgeries_are_all_refused(scene: Scene) -> None:
    rng = random.Random(1)
    to = addresses(scene)
    before = scene.record()
    forged = [f for f in product(to, SENDERS, RESULTS, ROBOTS) if set(f) != {GOOD}]
    done: Counter[Done] = Counter()
    for n, (address, sender, result, robot) in enumerate(rng.sample(forged, FORGED)):
        head = f"{ROBOTS[robot]}{RESULTS[result]}From: {SENDERS[sender]}\r\nTo: {to[address]}\r\n"
        program = PROGRAMS[rng.choice(list(PROGRAMS))]
        raw = compose(program(Letter(rng.choice(WORDS))), head, scene.now, FORMS[n % 3], ENCODINGS[n % 2])
        done[scene.take(raw).done] += 1
    assert scene.record() == before
    assert done[Done.ANSWERED] == 0
    assert done[Done.REJECTED] + done[Done.DROPPED] + done[Done.CONFIRM_ASKED] == FORGED
    assert {n.person_id for n in scene.notices()} <= {scene.dana.id, scene.bob.id}


def test_one_broken_part_is_enough(scene: Scene) -> None:
    to = addresses(scene)
    before = scene.record()
    broken = [
        *((a, GOOD, GOOD, GOOD) for a in to if a != GOOD),
        *((GOOD, s, GOOD, GOOD) for s in SENDERS if s != GOOD),
        *((GOOD, GOOD, r, GOOD) for r in RESULTS if r != GOOD),
        *((GOOD, GOOD, GOOD, b) for b in ROBOTS if b != GOOD),
    ]
    for n, (address, sender, result, robot) in enumerate(broken):
        head = f"{ROBOTS[robot]}{RESULTS[result]}From: {SENDERS[sender]}\r\nTo: {to[address]}\r\n"
        then = later(scene, hours=n)
        outcome = then.take(compose(PROGRAMS["gmail_web"](Letter("ack")), head, then.now))
        assert outcome.done in {Done.REJECTED, Done.CONFIRM_ASKED}, (address, sender, result, robot)
        assert scene.record() == before
    asked = scene.notices(NoticeKind.CONFIRM)
    assert len(asked) == sum(1 for r in RESULTS if r != GOOD and "fail" not in r)


def test_the_same_mail_with_nothing_broken_is_obeyed(scene: Scene) -> None:
    head = f"{ROBOTS[GOOD]}{RESULTS[GOOD]}From: {SENDERS[GOOD]}\r\nTo: {addresses(scene)[GOOD]}\r\n"
    assert scene.take(compose(PROGRAMS["gmail_web"](Letter("ack")), head, scene.now)).done is Done.ANSWERED
