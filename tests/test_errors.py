"""What people are told when something breaks: in their language, with what to do, and without what broke."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from psycopg_pool import PoolTimeout

from tenants import middleware

pytestmark = pytest.mark.django_db


def broken_by(error: Exception, monkeypatch: pytest.MonkeyPatch) -> Client:
    def tenant_of_host(host: str) -> None:
        raise error

    monkeypatch.setattr(middleware, "tenant_of_host", tenant_of_host)
    return Client(headers={"host": "localhost"}, raise_request_exception=False)


@pytest.mark.parametrize("error", [OperationalError("secret"), InterfaceError("secret"), PoolTimeout("secret")])
def test_without_the_database_people_are_asked_to_come_back(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = broken_by(error, monkeypatch).get("/accounts/login/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert b"What was saved is safe" in answer.content
    assert b"secret" not in answer.content


def test_what_broke_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = broken_by(RuntimeError("secret"), monkeypatch).get("/accounts/login/")
    assert answer.status_code == 500
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content


def test_scripts_get_json() -> None:
    answer = Client(headers={"host": "localhost", "accept": "application/json"}).get("/nowhere/")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "advice"}


def test_missing_pages_are_the_same_on_both_kinds_of_host() -> None:
    pages = [Client(headers={"host": host}).get("/nowhere/") for host in ("localhost", "aurora.localhost")]
    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].content == pages[1].content
    assert "script-src 'self'" in pages[0].headers["Content-Security-Policy"]
