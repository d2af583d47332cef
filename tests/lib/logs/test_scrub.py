"""What must not stand in a log is masked wherever it stands, and what explains a fault stays."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactcenter.lib.logs.scrub import GONE, LONGEST, scrub

words = st.text(st.characters(codec="utf-8", exclude_characters="@"), max_size=40)
names = st.from_regex(r"[a-z][a-z0-9._+-]{0,20}", fullmatch=True)
domains = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,2}", fullmatch=True)
keys = st.binary(min_size=32, max_size=32)
hexed, coded = keys.map(bytes.hex), keys.map(lambda key: urlsafe_b64encode(key).decode().rstrip("="))
tokens = st.one_of(hexed, coded).filter(lambda token: token.upper() != token)  # AAA... is nobody's key


@st.composite
def phones(draw: st.DrawFn) -> str:
    """E.164: a plus, a country and up to 15 digits, written as people do."""
    digits = draw(st.from_regex(r"[1-9][0-9]{8,13}", fullmatch=True))
    separator = draw(st.sampled_from(["", " ", "-", "."]))
    size = draw(st.integers(2, 4))
    return "+" + separator.join(digits[at : at + size] for at in range(0, len(digits), size))


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A Visa number of 16 digits: the last makes the sum of ISO/IEC 7812-1 annex B a multiple of ten."""
    body = "4" + draw(st.from_regex(r"[0-9]{14}", fullmatch=True))
    total = sum(int(d) if place % 2 else (int(d) * 2 - 9 if int(d) > 4 else int(d) * 2) for place, d in enumerate(body))
    return body + str(-total % 10)


@given(words, names, domains, words)
@settings(deadline=None)
def test_no_address_of_a_person_is_left(before: str, name: str, domain: str, after: str) -> None:
    assert f"{name}@{domain}" not in scrub(f"{before} {name}@{domain} {after}")


@given(words, phones(), words)
@settings(deadline=None)
def test_no_telephone_number_is_left(before: str, phone: str, after: str) -> None:
    assert phone not in scrub(f"{before} {phone}, {after}")


@given(words, cards(), words)
@settings(deadline=None)
def test_no_card_number_is_left(before: str, card: str, after: str) -> None:
    assert card not in scrub(f"{before} {card} {after}")


@given(words, tokens, words)
@settings(deadline=None)
def test_no_key_is_left_in_whatever_it_stands(before: str, token: str, after: str) -> None:
    for line in (
        f"{before} {token} {after}",
        f"{before} Authorization: Bearer {token}",
        f"{{'password': '{token[:9]}', 'x': 1}} {after}",
        f"GET /wall/{token}/ {after}",
        f"Sec-WebSocket-Protocol: contactcenter.v1, token.{token}",
        f"postgres://app:{token}@db.internal:5432/x",
        f"Cookie: session_8000={token}; csrf_8000={token[:12]}",
        f"API_TOKEN={token[:12]} {after}",
    ):
        assert token not in scrub(line)
        assert token[:9] not in scrub(line) or token[:9] in before + after


@given(st.text(max_size=200))
@settings(deadline=None)
def test_once_is_enough_and_nothing_breaks_it(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("mail to ana.lopez+x@example.com.", f"mail to {GONE}."),
        ("call +44 20 7946 0958 now", f"call {GONE} now"),
        ("call (020) 7946-0958 now", f"call {GONE} now"),
        ("password=hunter2, next", f"password={GONE}, next"),
        ('{"api_key": "k-123", "a": 1}', f'{{"api_key": {GONE}, "a": 1}}'),
        ("Set-Cookie: a=b; Path=/\nnext line", f"Set-Cookie: {GONE}\nnext line"),
        ("connect to postgres://app:s3cret@db:5432/cc failed", f"connect to postgres://app:{GONE}@db:5432/cc failed"),
        ("GET /desk/find/?q=ana+lopez 200", f"GET /desk/find/?{GONE} 200"),
        ("Internal Server Error: /wall/Zm9v-Yg_8/", f"Internal Server Error: /wall/{GONE}/"),
        ("/accounts/password/reset/key/1-c5-abc/ failed", f"/accounts/password/reset/key/{GONE}/ failed"),
        ("/accounts/invitation/abcdef/", f"/accounts/invitation/{GONE}/"),
        ("token cck_aurora_" + "0f" * 32, f"token {GONE}"),
    ],
)
def test_what_is_masked(said: str, logged: str) -> None:
    assert scrub(said) == logged


@pytest.mark.parametrize(
    "line",
    [
        "conversation 0192f7a2-7c1b-7d4e-8a55-3c2f1e0d9b8a of aurora",
        "request 3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d took 12 ms",
        "at 2026-11-28T19:47:50.163Z and 2026-11-28",
        "10.0.0.15 refused on port 5432: [Errno 111] Connection refused",
        "item 7, agent 3; 1330 answers, 4012",
        "contactcenter.operation.routing.engine standing_by_for_a_leader_that_does_not_answer",
        "/admin/companies/aurora/",
        "PostgreSQL 18.4, Django 5.2.19: 12 of 200 companies",
    ],
)
def test_what_explains_a_fault_stays(line: str) -> None:
    assert scrub(line) == line


@pytest.mark.parametrize("piece", ["a", "a@", "1 ", "token=", "-", "?a=", "a.b@c.", "+1-", "x1_", "://a:", "\n", "é@"])
def test_time_grows_with_the_text_alone(piece: str) -> None:
    text = (piece * LONGEST)[: LONGEST + 1]
    started = time.process_time()
    assert len(scrub(text)) <= LONGEST + len(GONE) * LONGEST
    assert time.process_time() - started < 2.0
