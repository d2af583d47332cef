"""The wizard: all of a company or nothing, and whatever was typed is still there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from contactcenter.faces.admin import wizard
from contactcenter.gateways.webchat import changing
from contactcenter.operation.routing.models import Pool, Queue
from contactcenter.records.conversations.models import Disposition
from tenants import door
from tenants.models import Domain, Endpoint, OpeningHours, Tenant
from tests.faces.admin.people import actions, an_admin, browser
from tests.signed_in import signed_in

PLAIN_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'
WHO = {"name": "Delta Ferries", "schema": "delta", "hosts": "delta.localhost", "legal_names": "", "contract": "shared"}
BRAND = {"colour": "#0a6b4f", "monogram": "", "languages": "en, es", "greeting": "en: {company}, hello."}
HOURS = {"timezone": "Europe/London", "monday": "09:00-17:30", "holidays": "2027-01-01 New Year"}
CHAT = {"origins": "https://www.delta.example", "queue_name": "Chat", "pool_name": "Night"}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (("who", WHO), ("brand", BRAND), ("hours", HOURS), ("chat", CHAT))


def fill(client: Client, *, until: str = "chat", **other: dict[str, Any]) -> Any:
    """Gives the answer to the last step that was sent."""
    answer = None
    for key, typed in STEPS:
        answer = client.post(f"/admin/new-company/{key}/", {**typed, **other.get(key, {})})
        if key == until:
            break
    return answer


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.usefixtures("committed")
def test_from_the_first_step_to_the_line_to_paste() -> None:
    client = browser()
    logo = {"logo": SimpleUploadedFile("logo.svg", PLAIN_SVG)}
    answer = fill(client, brand=logo)
    assert answer.headers["Location"] == "/admin/new-company/done/delta/"
    page = client.get("/admin/new-company/done/delta/").content.decode()
    assert "&lt;script src=&quot;http://delta.localhost:" in page
    assert "/widget.js&quot; async&gt;&lt;/script&gt;" in page
    delta = Tenant.objects.get(schema_name="delta")
    assert (delta.name, delta.monogram, delta.languages) == ("Delta Ferries", "DF", ["en", "es"])
    assert bytes(delta.logo or b"") == PLAIN_SVG
    assert Domain.objects.get(tenant=delta).domain == "delta.localhost"
    assert OpeningHours.objects.filter(tenant=delta).count() == 1
    assert Endpoint.objects.get(tenant=delta).settings["origins"] == ["https://www.delta.example"]
    assert Queue.objects.get(tenant=delta).pool == Pool.objects.get(name="Night")
    with door.tenant("delta"):
        assert Disposition.objects.exists()
    assert actions()[-1][:2] == ("company.created", "delta")
    assert Client(headers={"host": "delta.localhost"}).get("/widget/").status_code == 200
    again = client.get("/admin/new-company/who/").content.decode()
    assert "Delta Ferries" not in again, "the next company begins with nothing"


@pytest.mark.django_db
def test_each_step_refuses_at_its_field_and_keeps_what_was_typed() -> None:
    client = browser()
    answer = fill(client, until="who", who={"name": "Aurora Travel", "schema": "Delta!", "hosts": "aurora.localhost"})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"name", "schema", "hosts"}
    assert "small letters" in str(errors["schema"])
    page = client.get("/admin/new-company/who/").content.decode()
    assert "Delta!" in page
    colour = client.post("/admin/new-company/brand/", {**BRAND, "colour": "green"})
    assert set(colour.context["form"].errors) == {"colour"}
    origin = client.post("/admin/new-company/chat/", {**CHAT, "origins": "https://www.delta.example/path"})
    assert "is no origin" in str(origin.context["form"].errors["origins"])
    assert not Tenant.objects.filter(schema_name="delta").exists()


@pytest.mark.django_db
def test_going_back_keeps_even_what_is_wrong() -> None:
    client = browser()
    fill(client, until="brand", brand={"logo": SimpleUploadedFile("logo.svg", PLAIN_SVG)})
    back = client.post("/admin/new-company/hours/", {**HOURS, "monday": "half past nine", "back": "1"})
    assert back.headers["Location"] == "/admin/new-company/brand/"
    page = client.get("/admin/new-company/brand/").content.decode()
    assert "#0a6b4f" in page
    assert "A logo is kept already" in page
    assert "half past nine" in client.get("/admin/new-company/hours/").content.decode()
    assert client.get("/admin/new-company/").headers["Location"] == "/admin/new-company/chat/", "where one stopped"
    client.get("/admin/new-company/?fresh")
    assert "#0a6b4f" not in client.get("/admin/new-company/brand/").content.decode()


@pytest.mark.usefixtures("committed")
def test_a_failure_leaves_nothing_and_keeps_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    client.raise_request_exception = False
    before = schemas()

    def breaks(**_: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(changing, "open_chat", breaks)  # the very last part, when the schema stands already
        assert fill(client).status_code == 500
    assert schemas() == before
    assert not Tenant.objects.filter(schema_name="delta").exists()
    assert not Domain.objects.filter(domain="delta.localhost").exists()
    assert actions() == []
    assert "Delta Ferries" in client.get("/admin/new-company/who/").content.decode()
    assert "https://www.delta.example" in client.get("/admin/new-company/chat/").content.decode()
    assert client.post("/admin/new-company/chat/", CHAT).headers["Location"] == "/admin/new-company/done/delta/"


@pytest.mark.usefixtures("committed")
def test_sent_twice_it_is_made_once() -> None:
    admin = an_admin()
    client = signed_in(admin)
    fill(client)
    state = client.session
    state[wizard.KEPT] = {"id": "x", "typed": dict(STEPS), "logo": ""}
    state.save()
    answer = client.post("/admin/new-company/chat/", CHAT)
    assert answer.headers["Location"] == "/admin/new-company/who/", "where it says that the name is taken"
    assert "Another company has this name." in client.get("/admin/new-company/who/").content.decode()
    assert Tenant.objects.filter(name="Delta Ferries").count() == 1


@pytest.mark.usefixtures("committed")
def test_how_far_it_is_is_told_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    fill(client, until="hours")
    told: list[tuple[int, int]] = []
    asked: list[dict[str, int]] = []

    def tell(key: str, done: int, total: int) -> None:
        wizard_tell(key, done, total)
        told.append((done, total))
        with door.shared():
            asked.append(dict(zip(("done", "total"), cache.get(key), strict=True)))

    wizard_tell = wizard.tell
    monkeypatch.setattr(wizard, "tell", tell)
    client.post("/admin/new-company/chat/", CHAT)
    assert len(told) > 1
    assert told[-1][0] == told[-1][1] > 0
    assert asked == [{"done": done, "total": total} for done, total in told]
    answer = json.loads(client.get("/admin/new-company/progress/").content)
    assert answer == {"done": 0, "total": 0}, "of the next company"


@pytest.mark.django_db
def test_the_step_that_was_left_out_is_asked_for() -> None:
    client = browser()
    client.post("/admin/new-company/who/", WHO)
    answer = client.post("/admin/new-company/chat/", CHAT)
    assert answer.headers["Location"] == "/admin/new-company/brand/"
    assert client.get("/admin/new-company/elsewhere/").status_code == 404
    assert client.get("/admin/new-company/done/nowhere/").status_code == 404
