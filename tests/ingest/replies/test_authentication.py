"""Authentication-Results: whose word counts, and what it says of the From domain."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.replies.authentication import Verdict, authenticate, parse_results

US = "mx.acme.example"
FROM = "acme.example"
PASS = f"{US}; dmarc=pass header.from={FROM}"
FAIL = f"{US}; dmarc=fail header.from={FROM}"


def verdict(*results: str, above: str = "", authserv_id: str = US) -> Verdict:
    lines = [f"Authentication-Results: {r}" for r in results]
    raw = above + "".join(line + "\r\n" for line in lines) + "From: dana.lee@acme.example\r\n\r\nack\r\n"
    return authenticate(raw.encode(), authserv_id, FROM)


@pytest.mark.parametrize(
    "results",
    [
        PASS,
        f"{US} 1; dmarc=pass",
        f"{US.upper()}; DMARC=Pass header.from={FROM.upper()}",
        f'"{US}"; dmarc=pass (p=reject dis=none) header.from={FROM}',
        f"{US} (our own (border)) ;dmarc=pass(p=none)header.from={FROM};",
        f"{US}; spf=pass smtp.mailfrom=b.example; dkim=pass header.d={FROM}; dmarc=pass header.from={FROM}",
        f"{US}; dkim=pass header.d={FROM}",
        f"{US}; dkim=pass header.i=@{FROM} header.s=20230601 header.b=AbCd=",
        f"{US}; dkim=pass header.d=mail.{FROM}",
        f'{US}; dkim/1 = pass reason="good signature; really" header.d={FROM}',
        f"{US}; dkim=fail header.d={FROM}; dkim=pass header.d={FROM}; dmarc=pass header.from={FROM}",
        f"{US}; dkim=fail header.d=list.example; dkim=pass header.d={FROM}",
    ],
)
def test_our_servers_aligned_pass_is_a_pass(results: str) -> None:
    assert verdict(results) is Verdict.PASS


@pytest.mark.parametrize(
    "results",
    [
        f"{US}; none",
        f"{US}",
        f"{US};",
        f"{US}; spf=pass smtp.mailfrom={FROM}",
        f"{US}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        f"{US}; dkim=pass header.d=notacme.example",
        f"{US}; dkim=pass header.d=example",
        f"{US}; dkim=pass",
        f"{US}; dkim=pass header.d={FROM} header.i=@evil.example",
        f"{US}; dmarc=none header.from={FROM}",
        f"{US}; dmarc=bestguesspass header.from={FROM}",
        f"{US}; dmarc=pass header.from=evil.example",
        f"{US}; (dmarc=pass header.from={FROM})",
        f'{US}; spf=none reason="x; dmarc=pass header.from={FROM}"',
        f"{US}; x=y (a ; dmarc=pass (b",
        f"{US}; dmarc=pass header.from={FROM} ) ",
        f'{US}; dmarc=pass header.from={FROM} "',
        f"{US}; ((((((((too deep)))))))) dmarc=pass header.from={FROM}",
        f"{US}; dmarc=pass header.from={FROM};" + " x=y" * 3000,
        f"(dmarc=pass) {US}x; dmarc=pass",
        f"evil.{US}; dmarc=pass header.from={FROM}",
        f"mx.evil.example; dmarc=pass header.from={FROM}",
        f"mx.evil.example {US}; dmarc=pass header.from={FROM}",
        f"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom={FROM};dmarc=pass action=none header.from={FROM}",
        f"dmarc=pass header.from={FROM}; {US}; dmarc=pass",
    ],
)
def test_anything_less_is_none(results: str) -> None:
    assert verdict(results) is Verdict.NONE


@pytest.mark.parametrize(
    "results",
    [
        FAIL,
        f"{US} (dmarc=pass header.from={FROM}); dmarc=fail (p=reject; dmarc=pass) header.from={FROM}",
        f"{US}; dmarc=pass header.from={FROM}; dmarc=fail header.from={FROM}",
        f"{US}; dkim=fail (body hash did not verify) header.d={FROM}",
        f"{US}; dkim=fail header.d={FROM}; dkim=pass header.d={FROM}",
        f"{US}; dkim=fail header.d={FROM}; dmarc=pass header.from={FROM}",
    ],
)
def test_a_fail_outranks_a_pass(results: str) -> None:
    assert verdict(results) is Verdict.FAIL


def test_without_a_named_server_nobody_is_believed() -> None:
    assert verdict(PASS, authserv_id="") is Verdict.NONE


def test_a_provider_with_many_hosts_is_named_once() -> None:
    assert verdict(f"mx3.{US}; dmarc=pass", authserv_id=f"*.{US}") is Verdict.PASS
    assert verdict(f"mx3x{US}; dmarc=pass", authserv_id=f"*.{US}") is Verdict.NONE


def test_a_forged_pass_below_our_own_field_does_not_count() -> None:
    assert verdict(f"{US}; spf=none", PASS) is Verdict.NONE


def test_a_forged_pass_above_cannot_hide_our_fail() -> None:
    assert verdict(PASS, FAIL) is Verdict.FAIL


def test_another_servers_field_on_top_does_not_hide_ours() -> None:
    assert verdict("scan.other.example; dmarc=fail", PASS) is Verdict.PASS


def test_an_unreadable_field_of_ours_is_none_and_never_skipped() -> None:
    assert verdict(f"{US}; dmarc=pass ((", PASS) is Verdict.NONE


@pytest.mark.parametrize("by", [US, "imap7.acme.example", "localhost (Dovecot)", "2002:a05:6512:3d2a:b0:52c:8b36:b1b3"])
def test_fields_below_our_own_received_count(by: str) -> None:
    assert (
        verdict(PASS, above=f"Received: from mail.example (a.b [192.0.2.1])\r\n\tby {by} with ESMTP\r\n")
        is Verdict.PASS
    )


@pytest.mark.parametrize("by", ["relay.evil.example", f"{US}.evil.example", "xacme.example"])
def test_fields_below_a_foreign_received_do_not_count(by: str) -> None:
    assert verdict(PASS, above=f"Received: from x by {by} with ESMTP\r\n") is Verdict.NONE


def test_arc_results_are_not_ours() -> None:
    assert (
        verdict(above=f"ARC-Authentication-Results: i=1; {PASS}\r\nX-Authentication-Results: {PASS}\r\n")
        is Verdict.NONE
    )


def test_three_thousand_open_comments_take_no_time() -> None:
    began = time.process_time()
    assert verdict(f"{US}; " + "(" * 3000 + "dmarc=pass") is Verdict.NONE
    assert time.process_time() - began < 1


@given(st.text(alphabet='();="\\ \tadmrcpsfilx.-/@', max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_results(text)
