"""One effect for one Idempotency-Key, however often and at once it comes (P25)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from contactcenter.lib.clock import now
from contactcenter.records.conversations.models import Message
from contactcenter.records.idempotency.models import Answer
from contactcenter.records.idempotency.services import forget
from contactcenter.records.webhooks.models import Webhook
from tenants import door
from tests.faces.api.conftest import Machine, is_problem
from tests.people import chat


def posted() -> int:
    with door.tenant("aurora"):
        return Message.objects.filter(author="company").count()


def test_the_same_key_again_is_the_same_answer_and_one_message(db: None) -> None:
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    answers = [machine.post(address, body, key="k-1") for body in ({"text": "hi"}, b'{ "text":"hi" }', {"text": "hi"})]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert posted() == 1
    assert machine.post(address, {"text": "hi"}, key="k-2").json()["id"] != answers[0].json()["id"]
    assert posted() == 2


def test_another_body_under_the_same_key_is_refused(db: None) -> None:
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    machine.post(address, {"text": "hi"}, key="k")
    assert "Idempotency-Key" in is_problem(machine.post(address, {"text": "ho"}, key="k"), 422)["errors"]
    assert posted() == 1


def test_a_key_counts_for_its_company_and_its_address(db: None) -> None:
    machine, item, other = Machine("aurora"), chat("aurora"), chat("aurora")
    machine.post(f"conversations/{item.conversation}/messages", {"text": "hi"}, key="k")
    assert machine.post(f"conversations/{other.conversation}/messages", {"text": "ho"}, key="k").status_code == 201
    assert machine.post(f"conversations/{item.conversation}/close", key="k").status_code == 200
    foreign = Machine("borealis")
    theirs = chat("borealis")
    assert foreign.post(f"conversations/{theirs.conversation}/messages", {"text": "x"}, key="k").status_code == 201


def test_without_a_key_nothing_is_done(db: None) -> None:
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    for key in (None, "a b", "x" * 256):
        problem = is_problem(machine.post(address, {"text": "hi"}, key=key), 400)
        assert "UUID" in problem["errors"]["Idempotency-Key"][0]
    assert posted() == 0


def test_what_was_refused_is_not_kept(db: None) -> None:
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    is_problem(machine.post(address, {"text": ""}, key="k"), 400)
    is_problem(machine.post(address, {"text": "\u200b"}, key="k"), 422)
    assert machine.post(address, {"text": "corrected"}, key="k").status_code == 201
    assert posted() == 1


def test_a_secret_is_shown_again_to_who_lost_the_answer_and_kept_sealed(db: None) -> None:
    machine = Machine("aurora")
    body = {"url": "https://shop.example/hooks", "events": ["message.sent"]}
    first, again = (machine.post("webhooks", body, key="k") for _ in range(2))
    assert first.json()["secret"] == again.json()["secret"]
    with door.tenant("aurora"):
        assert Webhook.objects.count() == 1
        assert first.json()["secret"] not in Answer.objects.get().sealed


def test_it_is_forgotten_after_48_hours(db: None) -> None:
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    machine.post(address, {"text": "hi"}, key="k")
    with door.tenant("aurora"):
        Answer.objects.update(created_at=now() - timedelta(hours=47, minutes=59))
        assert forget(now=now()) == 0
        machine.post(address, {"text": "hi"}, key="k")
        assert posted() == 1
        Answer.objects.update(created_at=now() - timedelta(hours=48))
    assert machine.post(address, {"text": "something else"}, key="k").status_code == 201
    with door.tenant("aurora"):
        Answer.objects.update(created_at=now() - timedelta(hours=48))
        assert forget(now=now()) == 1


@pytest.mark.slow
def test_fifty_copies_at_once_have_one_effect_and_one_answer(committed: str) -> None:
    """Of 10 posts, within the limit of one token's minute; the figure of P25 is 200."""
    machine, item = Machine("aurora"), chat("aurora")
    address = f"conversations/{item.conversation}/messages"
    gate = threading.Barrier(50)

    def copy(number: int) -> list[Any]:
        gate.wait()
        try:
            one = Machine.__new__(Machine)
            one.secret, one.token = machine.secret, machine.token
            one.client = machine.client.__class__(headers={"host": "aurora.localhost"})
            return [one.post(address, {"text": f"post {key}"}, key=f"key-{key}") for key in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        by_copy = list(pool.map(copy, range(50)))
    for answers in zip(*by_copy, strict=True):
        assert {answer.status_code for answer in answers} == {201}, answers[0].content
        assert len({answer.content for answer in answers}) == 1
    assert posted() == 10
