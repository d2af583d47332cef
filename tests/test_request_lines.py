"""Each request leaves one line, by its route; its id goes back to who asked and along to the tasks it sets going."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import after_task_publish
from django.test import Client

from contactcenter.celery import app
from contactcenter.lib.logs import about
from contactcenter.lib.logs.lines import AsJson
from contactcenter.operation.outbox import services as outbox
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.outbox.relay import send
from tests.people import make_agent
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
ID = "3f2b8c9d0e1f4a5b8c7d6e5f4a3b2c1d"


class Lines:
    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(AsJson(process="web"))

    def of(self, logger: str) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in told if line["logger"] == logger]


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    logging.getLogger().addHandler(lines.handler)
    yield lines
    logging.getLogger().removeHandler(lines.handler)
    about.begin()


def test_a_request_is_one_line_without_what_was_asked_for(lines: Lines) -> None:
    answer = Client().get(
        "/accounts/login/?next=/desk/?q=ana", headers={"host": "aurora.localhost", "x-request-id": ID}
    )
    assert answer.headers["X-Request-ID"] == ID
    [line] = lines.of("access")
    assert line.pop("ms") >= 0
    assert {name: line[name] for name in ("request_id", "company", "route", "method", "status")} == {
        **{"request_id": ID, "company": "aurora", "route": "account_login", "method": "GET", "status": 200}
    }
    assert "ana" not in lines.stream.getvalue()


def test_a_person_is_a_number(lines: Lines) -> None:
    user = make_agent("Ines", ["aurora"]).user
    assert signed_in(user).get("/accounts/sessions/").status_code == 200
    [line] = lines.of("access")
    assert (line["route"], line["user_id"]) == ("account_sessions", user.pk)
    assert "Ines" not in lines.stream.getvalue()
    assert user.email not in lines.stream.getvalue()


@pytest.mark.parametrize(
    ("path", "method", "route"),
    [("/nowhere/42/", "GET", "none"), ("/accounts/login/", "BREW", "account_login")],
)
def test_what_strangers_make_up_is_not_repeated(lines: Lines, path: str, method: str, route: str) -> None:
    Client().generic(method, path, headers={"host": "aurora.localhost", "x-request-id": "ana@example.com"})
    [line] = lines.of("access")
    assert line["route"] == route
    assert line["method"] == ("OTHER" if method == "BREW" else "GET")
    assert "ana" not in lines.stream.getvalue()
    assert "BREW" not in lines.stream.getvalue()


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_asked_too_often_for_a_line(lines: Lines, path: str) -> None:
    Client().get(path, headers={"host": "127.0.0.1"})
    assert lines.of("access") == []


def test_the_id_reaches_the_task_that_the_request_set_going(lines: Lines) -> None:
    app.set_current()
    about.begin(request_id=ID)
    outbox.handle(name="agent.left", schema="aurora", object_id="7")
    event = Event.objects.get()
    about.begin()
    sent: list[dict[str, Any]] = []

    def note(headers: dict[str, Any], **_about: Any) -> None:
        sent.append(headers)

    after_task_publish.connect(note)
    send("conversations.tell_agent_left", {"id": event.pk, "schema": "aurora", "request_id": event.request_id})
    [headers] = sent
    assert headers["request_id"] == ID
    assert headers["_schema_name"] == "aurora"
