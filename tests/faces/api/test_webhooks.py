"""A company's machine keeps its webhooks and looks after what did not arrive."""

from __future__ import annotations

from typing import Any

import pytest

from contactcenter.operation.audit.models import Entry
from contactcenter.records.webhooks.models import Delivery, Webhook
from tenants import door
from tests.faces.api.conftest import Machine, is_problem
from tests.people import chat

pytestmark = pytest.mark.django_db
HOOK = {"url": "https://shop.example/hooks", "events": ["message.received", "conversation.closed"]}


@pytest.fixture
def aurora(db: None) -> Machine:
    return Machine("aurora")


def made(machine: Machine) -> Any:
    answer = machine.post("webhooks", HOOK)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_its_secret_is_shown_once(aurora: Machine) -> None:
    hook = made(aurora)
    assert hook["secret"].startswith("whsec_")
    listed = aurora.get("webhooks").json()["items"]
    assert [(one["id"], one["url"], sorted(one["events"])) for one in listed] == [
        (hook["id"], HOOK["url"], sorted(HOOK["events"]))
    ]
    assert "secret" not in listed[0]
    assert "secret" not in aurora.get(f"webhooks/{hook['id']}").json()
    rotated = aurora.post(f"webhooks/{hook['id']}/secret")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != hook["secret"]
    entry = Entry.objects.filter(object_kind="webhook").order_by("sequence").first()
    assert entry is not None
    assert entry.facts["token"] == str(aurora.token.pk)


def test_changing_and_removing(aurora: Machine) -> None:
    hook = made(aurora)
    changed = aurora.patch(f"webhooks/{hook['id']}", {"is_active": False, "events": ["message.sent"]})
    assert (changed.status_code, changed.json()["is_active"], changed.json()["events"]) == (
        200,
        False,
        ["message.sent"],
    )
    assert changed.json()["url"] == HOOK["url"]
    for wrong in ({"id": "x"}, {"secret": "whsec_mine"}, {"failures": 0}):
        assert list(is_problem(aurora.patch(f"webhooks/{hook['id']}", wrong), 400)["errors"]) == list(wrong)
    assert aurora.delete(f"webhooks/{hook['id']}").status_code == 204
    is_problem(aurora.get(f"webhooks/{hook['id']}"), 404)
    is_problem(aurora.delete(f"webhooks/{hook['id']}"), 404)
    assert aurora.get("webhooks").json()["items"] == []


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"url": "http://shop.example/"}, 422, "url"),
        ({"url": "https://127.0.0.1/"}, 422, "url"),
        ({"url": "https://[::1]/"}, 422, "url"),
        ({"url": "https://169.254.169.254/"}, 422, "url"),
        ({"url": "https://shop.example:22/"}, 422, "url"),
        ({"url": "ftp://shop.example/"}, 400, "url"),
        ({"events": []}, 400, "events"),
        ({"events": ["everything"]}, 400, "events.0"),
        ({"tenant": 1}, 400, "tenant"),
    ],
)
def test_what_may_not_be_told(aurora: Machine, change: dict[str, Any], status: int, field: str) -> None:
    assert list(is_problem(aurora.post("webhooks", {**HOOK, **change}), status)["errors"]) == [field]
    with door.tenant("aurora"):
        assert not Webhook.objects.exists()


def test_the_dead_are_listed_replayed_and_discarded(aurora: Machine) -> None:
    hook = made(aurora)
    chat("aurora", text="private words"), chat("aurora")
    listed = aurora.get(f"webhooks/{hook['id']}/deliveries")
    assert [one["event"] for one in listed.json()["items"]] == ["message.received"] * 2
    assert b"private words" not in listed.content
    with door.tenant("aurora"):
        first, second = Delivery.objects.all()
        Delivery.objects.update(state="dead", tries=24, error="answered 500", status=500)
    address = f"webhooks/{hook['id']}/deliveries"
    assert len(aurora.get(address, {"state": "dead"}).json()["items"]) == 2
    assert aurora.get(address, {"state": "pending"}).json()["items"] == []
    replayed = aurora.post(f"{address}/{first.pk}/replay")
    assert (replayed.status_code, replayed.json()["state"], replayed.json()["tries"]) == (200, "pending", 0)
    is_problem(aurora.post(f"{address}/{first.pk}/replay"), 409)
    discarded = aurora.post(f"{address}/{second.pk}/discard", {"reason": "told by hand"})
    assert (discarded.json()["state"], discarded.json()["reason"]) == ("discarded", "told by hand")
    assert "reason" in is_problem(aurora.post(f"{address}/{first.pk}/discard", {}), 400)["errors"]
    is_problem(aurora.post(f"{address}/{second.pk}/discard", {"reason": "again"}), 409)
