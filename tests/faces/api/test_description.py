"""The description is OpenAPI 3.1, without a warning, and what it says is what the API does: schemathesis tries it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from contactcenter.access.api import API
from contactcenter.faces.api import docs
from contactcenter.lib.clock import now
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from contactcenter.records.webhooks import services as webhooks
from contactcenter.records.webhooks.models import Delivery
from tenants import door
from tests.faces.api.conftest import Machine, forget_limits
from tests.people import chat

pytestmark = pytest.mark.django_db
HOST = "aurora.localhost"


def test_it_is_openapi_3_1_and_nobody_was_warned() -> None:
    docs.description.cache_clear()
    GENERATOR_STATS.reset()
    answer = Client(headers={"host": HOST}).get("/api/schema/")
    assert answer.status_code == 200
    described = json.loads(answer.content)
    assert described["openapi"].startswith("3.1.")
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_address_of_the_api_is_described() -> None:
    described = json.loads(docs.description())
    told = sorted((method.upper() for path in described["paths"].values() for method in path), key=str)
    allowed = sorted(method for methods in API.values() for method in methods)
    assert told == allowed


def config(secret: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261124,
            "headers": {"Host": HOST},
            "auth": {"openapi": {"token": {"bearer": secret}}},
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}},
        }
    )


@pytest.fixture
def described(db: None) -> Iterator[Any]:
    """With a token for all of it. As in Django's own test client, the end of a request must not close the connection
    of the test's transaction.
    """
    machine = Machine("aurora")
    item = chat("aurora")
    with door.tenant("aurora"):
        conversation = Conversation.objects.get(pk=item.conversation)
        keeper = webhooks.Keeper(tenant=item.tenant)
        made = webhooks.create(url="https://shop.example/hooks", events=["message.sent"], by=keeper, now=now())
        conversations.post(tenant=item.tenant, conversation_id=item.conversation, text="Noted", now=now())
        delivery = Delivery.objects.get()
    there = {
        "conversation_id": str(conversation.pk),
        "customer_id": str(conversation.customer_id),
        "webhook_id": str(made.webhook.pk),
        "delivery_id": str(delivery.pk),
    }
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/", WSGIHandler(), headers={"Host": HOST}, config=config(machine.secret)
    )
    schema.there = there
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_is_described_is_what_is_done(described: Any, mode: GenerationMode) -> None:
    """Requests as described, and requests that differ from the description, to every operation."""
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in API.values())
    there = described.there if mode is GenerationMode.POSITIVE else {}
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):  # what is there, until then
        seen = try_out(operation.as_strategy(generation_mode=mode), there)
        assert mode is GenerationMode.NEGATIVE or any(status < 300 or status == 409 for status in seen), operation.label


def try_out(cases: Any, there: dict[str, str]) -> set[int]:
    """Every second request as described is for what is there."""
    turn, seen = count(), set[int]()

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases)
    def ask(case: Any) -> None:
        forget_limits()
        if there and (case.path_parameters or {}) and next(turn) % 2:
            case.path_parameters = {name: there[name] for name in case.path_parameters}
        seen.add(case.call_and_validate().status_code)

    with suppress(Unsatisfiable):  # nothing of an address without parameters can be wrong
        ask()
    return seen
