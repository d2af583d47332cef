"""Client companies: changed as one, deactivated and never deleted; their chat widgets."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contactcenter.gateways.webchat.first_chat import open_chat
from contactcenter.operation.agents.models import Capacity
from contactcenter.operation.routing.picture import Picture
from tenants.models import Domain, Endpoint, Holiday, OpeningHours, Tenant
from tests.faces.admin.people import actions, browser, typed
from tests.people import company, make_agent

pytestmark = pytest.mark.django_db
PLAIN_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'


def address_of(schema: str) -> str:
    return f"/admin/tenants/tenant/{company(schema).pk}/change/"


def test_saved_as_it_is_nothing_is_changed_nor_written_down() -> None:
    client = browser()
    before = Tenant.objects.values().get(schema_name="aurora")
    assert client.post(address_of("aurora"), typed(client, address_of("aurora"))).status_code == 302
    assert Tenant.objects.values().get(schema_name="aurora") == before
    assert OpeningHours.objects.filter(tenant=company("aurora")).count() == 7
    assert actions() == []


def test_brand_hosts_and_hours() -> None:
    client = browser()
    sent = {
        **typed(client, address_of("aurora")),
        **{"name": "Aurora Voyages", "colour": "#AA3300", "hosts": "chat.aurora.example\naurora.localhost"},
        **{"greeting": "en: Hello, {agent} here.\nes: Hola.", "monday": "09:00-14:00, 16:00-19:30", "sunday": ""},
        **{"holidays": "2026-12-25 Christmas\n2026-12-24 10:00-13:00 Christmas Eve", "timezone": "Europe/Madrid"},
        "logo": SimpleUploadedFile("logo.svg", PLAIN_SVG),
    }
    answer = client.post(address_of("aurora"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    aurora = company("aurora")
    assert (aurora.name, aurora.colour, aurora.timezone) == ("Aurora Voyages", "#aa3300", "Europe/Madrid")
    assert aurora.greeting == {"en": "Hello, {agent} here.", "es": "Hola."}
    assert (bytes(aurora.logo or b""), aurora.logo_type) == (PLAIN_SVG, "image/svg+xml")
    hosts = Domain.objects.filter(tenant=aurora).order_by("-is_primary").values_list("domain", "is_primary")
    assert list(hosts) == [("chat.aurora.example", True), ("aurora.localhost", False)]
    monday = OpeningHours.objects.filter(tenant=aurora, weekday=0).values_list("opens", "closes")
    assert list(monday) == [(time(9), time(14)), (time(16), time(19, 30))]
    assert not OpeningHours.objects.filter(tenant=aurora, weekday=6).exists()
    assert list(Holiday.objects.filter(tenant=aurora).values_list("date", "opens", "closes", "name")) == [
        (date(2026, 12, 24), time(10), time(13), "Christmas Eve"),
        (date(2026, 12, 25), None, None, "Christmas"),
    ]
    what, whose, facts = actions()[-1]
    assert (what, whose) == ("company.changed", "aurora")
    assert facts == {"fields": ["name", "colour", "timezone", "greeting", "logo", "hosts", "opening_hours", "holidays"]}


@pytest.mark.parametrize(
    ("field", "value", "cure"),
    [
        ("name", "Borealis Bank", "Another company has this name."),
        ("hosts", "borealis.localhost", "borealis.localhost belongs to another company."),
        ("hosts", "localhost", "Write a host name such as"),
        ("hosts", "https://x.example", "Write a host name such as"),
        ("hosts", "", "This field is required."),
        ("colour", "violet", "Write a colour such as #6a3fd0."),
        ("timezone", "Madrid", "Write a time zone such as Europe/Madrid."),
        ("languages", "english", "Write language codes such as en or es."),
        ("greeting", "Hello", "begin each line with its language"),
        ("monday", "9 to 5", "is not such as 09:00-17:30"),
        ("tuesday", "17:00-09:00", "must close after they open"),
        ("friday", "09:00-14:00 13:00-17:00", "Two spans of one day overlap."),
        ("holidays", "Christmas", "does not start with a date such as 2026-12-25"),
        ("holidays", "2026-12-25 A\n2026-12-25 B", "A date stands twice."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(field: str, value: str, cure: str) -> None:
    client = browser()
    sent = {**typed(client, address_of("aurora")), "legal_names": "Typed Ltd", field: value}
    answer = client.post(address_of("aurora"), sent)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert set(errors) == {field}
    assert cure in str(errors[field])
    assert "Typed Ltd" in answer.content.decode()
    assert company("aurora").legal_names == []


def test_a_dangerous_logo_is_refused() -> None:
    client = browser()
    bad = PLAIN_SVG.replace(b"<rect", b"<script/><rect")
    sent = {**typed(client, address_of("aurora")), "logo": SimpleUploadedFile("logo.svg", bad)}
    answer = client.post(address_of("aurora"), sent)
    assert "save it as a plain SVG" in str(answer.context["adminform"].form.errors["logo"])


def test_deactivated_its_hosts_answer_nobody_and_the_router_gives_none_of_its_work() -> None:
    client = browser()
    ines = make_agent("Ines", ["aurora", "borealis"])
    version = Capacity.objects.get(agent=ines).version
    chosen = {"_selected_action": [company("aurora").pk]}
    client.post("/admin/tenants/tenant/", {"action": "deactivate", **chosen})
    assert Client(headers={"host": "aurora.localhost"}).get("/brand/logo").content.count(b"nothing at this address")
    assert Capacity.objects.get(agent=ines).version == version + 1
    picture = Picture()
    picture.read_all()
    assert picture.agents[ines.pk].tenants == {company("borealis").pk}
    client.post("/admin/tenants/tenant/", {"action": "reactivate", **chosen})
    assert Tenant.objects.get(schema_name="aurora").is_active
    assert [row[:2] for row in actions()] == [("company.deactivated", "aurora"), ("company.reactivated", "aurora")]


def test_a_widget_is_changed_and_its_secret_never_shown_again() -> None:
    client = browser()
    open_chat(tenant=company("aurora"), origins=["https://www.a.example"], queue_name="Chat", pool_name="All")
    endpoint = Endpoint.objects.get()
    secret = endpoint.settings["identity_secret"]
    address = f"/admin/tenants/endpoint/{endpoint.pk}/change/"
    page = client.get(address).content.decode()
    assert secret not in page
    assert "aurora.localhost" in page, "the line to paste"
    sent = {**typed(client, address), "origins": "https://www.a.example\nhttps://shop.a.example", "email": "required"}
    assert client.post(address, {**sent, "welcome": "en: Welcome!"}).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.settings["origins"] == ["https://www.a.example", "https://shop.a.example"]
    assert (endpoint.settings["email"], endpoint.settings["welcome"]) == ("required", {"en": "Welcome!"})
    assert endpoint.settings["identity_secret"] == secret
    what, whose, facts = actions()[-1]
    assert (what, whose) == ("widget.changed", "aurora")
    assert {"origins", "email", "welcome"} <= set(facts["fields"])

    refused = client.post(address, {**sent, "origins": "www.a.example", "remind_seconds": "1"})
    errors = refused.context["adminform"].form.errors
    assert set(errors) == {"origins", "remind_seconds"}

    shown = client.post(address, {**sent, "new_secret": "on"}, follow=True).content.decode()
    endpoint.refresh_from_db()
    assert endpoint.settings["identity_secret"] != secret
    assert endpoint.settings["identity_secret"] in shown
    assert endpoint.settings["identity_secret"] not in client.get(address).content.decode()


def test_a_company_without_a_chat_gets_one() -> None:
    client = browser()
    sent = {
        "tenant": company("cumbre").pk,
        "origins": "https://www.c.example",
        "queue_name": "Chat",
        "pool_name": "All",
    }
    answer = client.post("/admin/tenants/endpoint/add/", sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Endpoint.objects.get(tenant=company("cumbre")).settings["origins"] == ["https://www.c.example"]
