"""Who may speak to the API, how often, and how it answers whatever comes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from contactcenter.access.api import API
from contactcenter.access.routes import ROUTES
from contactcenter.access.who import Place, Who
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import revoke_token
from contactcenter.operation.accounts.models import ApiToken, Membership, User
from tests.faces.api.conftest import Machine, is_problem
from tests.people import chat
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations"


def test_the_table_names_a_right_for_every_method_of_every_address() -> None:
    for_tokens = {name for name, whos in ROUTES[Place.COMPANY].items() if Who.TOKEN in whos}
    assert for_tokens == set(API)
    assert not [name for name, whos in ROUTES[Place.SHARED].items() if Who.TOKEN in whos]
    routes = {
        f"api:{pattern.name}": pattern
        for resolver in get_resolver("contactcenter.tenant_urls").url_patterns
        if getattr(resolver, "namespace", None) == "api"
        for pattern in resolver.url_patterns
        if isinstance(pattern, URLPattern)
    }
    for name, methods in API.items():
        view = routes[name].callback.view_class
        offered = {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}
        assert offered == set(methods), name


def test_nobody_without_a_token_that_counts_here() -> None:
    chat("aurora")
    good = Machine("aurora")
    assert good.get("conversations").status_code == 200
    revoked = Machine("aurora")
    revoke_token(token=revoked.token, by=None, now=now())
    old = Machine("aurora")
    ApiToken.objects.filter(pk=old.token.pk).update(expires_at=now() - timedelta(seconds=1))
    strangers = [
        Machine("borealis", host="aurora.localhost"),
        Machine("aurora", secret="cck_aurora_" + "0" * 64),
        Machine("aurora", secret=""),
        revoked,
        old,
    ]
    strangers[2].secret = ""
    answers = [stranger.get("conversations") for stranger in strangers]
    answers.append(good.client.get(LIST))
    answers.append(good.client.get(LIST, headers={"authorization": f"Basic {good.secret}"}))
    answers.append(good.client.get(f"{LIST}?token={good.secret}"))
    for answer in answers:
        is_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert len({answer.content for answer in answers}) == 1


def test_revoking_counts_for_the_very_next_request() -> None:
    machine = Machine("aurora")
    assert machine.get("conversations").status_code == 200
    revoke_token(token=machine.token, by=None, now=now())
    assert machine.get("conversations").status_code == 401


def test_a_session_is_nothing_here_and_nothing_is_left_to_other_sites() -> None:
    user = User.objects.create(email="m@company.example", name="M")
    Membership.objects.create(user=user, tenant_id=Machine("aurora").token.tenant_id, role="manager")
    browser = signed_in(user, host="aurora.localhost")
    assert browser.get(LIST).status_code == 401
    preflight = browser.options(
        LIST, headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
    )
    assert not [name for name in preflight.headers if name.startswith("Access-Control")]
    machine = Machine("aurora")
    answer = machine.get("conversations", Origin="https://evil.example")
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_how_many_are_left_and_how_long_to_wait(settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 3
    machine = Machine("aurora")
    lefts = []
    for _ in range(3):
        answer = machine.get("conversations")
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"token";q=3;w=60'
        lefts.append(answer.headers["RateLimit"].split(";")[1])
    assert lefts == ["r=2", "r=1", "r=0"]
    refused = machine.get("conversations")
    is_problem(refused, 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit"].startswith('"token";r=0;t=')
    assert Machine("aurora").get("conversations").status_code == 200, "another token has its own"


def test_an_answer_that_is_known_is_not_sent_again() -> None:
    machine = Machine("aurora")
    item = chat("aurora")
    first = machine.get(f"conversations/{item.conversation}")
    assert first.headers["Cache-Control"] == "private, no-store"
    same = machine.get(f"conversations/{item.conversation}", **{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["Cache-Control"] == "private, no-store"
    machine.post(f"conversations/{item.conversation}/messages", {"text": "news"})
    assert (
        machine.get(f"conversations/{item.conversation}", **{"If-None-Match": first.headers["ETag"]}).status_code == 200
    )


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b'{"text": "a", "text": "b"}', "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"a":' * 12_000, "application/json", 400),
        (b'{"text": ' + b"9" * 50_000 + b"}", "application/json", 400),
        (b'{"text": "' + b"x" * 65_536 + b'"}', "application/json", 413),
        (b"x" * 1_500_000, "application/json", 413),
        (b"text=a", "application/x-www-form-urlencoded", 415),
        (b"<x/>", "application/xml", 415),
    ],
)
def test_bodies_that_are_none(body: bytes, content_type: str, status: int) -> None:
    machine = Machine("aurora")
    item = chat("aurora")
    answer = machine.post(f"conversations/{item.conversation}/messages", body, content_type=content_type)
    is_problem(answer, status)


def test_lone_halves_of_characters_do_not_reach_the_database() -> None:
    machine = Machine("aurora")
    item = chat("aurora")
    answer = machine.post(f"conversations/{item.conversation}/messages", b'{"text": "a\\ud800\\u0000b"}')
    assert answer.status_code == 201
    assert answer.json()["text"] == "a\ufffdb"


def test_other_methods_types_and_addresses() -> None:
    machine = Machine("aurora")
    put = machine.client.put(LIST, b"{}", content_type="application/json", headers=machine.headers({}))
    is_problem(put, 405)
    assert put.headers["Allow"] == "GET, HEAD"
    is_problem(machine.get("conversations", Accept="text/html"), 406)
    is_problem(machine.get("nowhere"), 404)
    is_problem(Client(headers={"host": "aurora.localhost"}).get("/api/v1/conversations/7"), 404)
    head = machine.client.head(LIST, headers=machine.headers({}))
    assert (head.status_code, head.content) == (200, b"")


def test_errors_are_english_whatever_the_client_speaks() -> None:
    machine = Machine("aurora")
    plain = machine.get("conversations", {"limit": "x"})
    spanish = machine.get("conversations", {"limit": "x"}, **{"Accept-Language": "es"})
    assert plain.content == spanish.content


def test_a_database_away_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from contactcenter.faces.api import conversations

    def away(*args: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(conversations, "with_queue", away)
    answer = Machine("aurora").get("conversations")
    assert answer.headers["Retry-After"]
    assert json.loads(answer.content)["status"] == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
