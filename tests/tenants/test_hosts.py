"""Which host serves what: companies by their own hosts, staff by the shared one, strangers nothing."""

import pytest
from django.test import Client

from tenants.door import current_schema, shared
from tenants.models import Domain, Tenant

pytestmark = pytest.mark.django_db


def get(host: str, path: str = "/") -> object:
    return Client().get(path, headers={"host": host})


@pytest.mark.parametrize(
    "host",
    [
        "nowhere.localhost",
        "127.0.0.1",
        "127.0.0.1:8000",
        "[::1]",
        "localhost.evil.example",
        "aurora.localhost.evil.example",
        "evil.example:aurora.localhost",
        "aurora.localhost@evil.example",
        "www.localhost",
        "aurora_localhost",
        "AURORA.LOCALHOST.x",
        "ａurora.localhost",
        "aurora.localhost'--",
        "..",
        "-",
    ],
)
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/static/css/errors.css", "/brand/logo", "/admin/"])
def test_unknown_hosts_get_nothing(host: str, path: str) -> None:
    answer = get(host.encode().decode("latin-1", "ignore"), path)
    assert answer.status_code == 404
    assert b"ontact" not in answer.content
    assert "Set-Cookie" not in answer.headers


def test_hosts_are_read_as_browsers_write_them() -> None:
    Tenant.objects.filter(schema_name="aurora").update(logo=b"<svg/>", logo_type="image/svg+xml")
    for host in ("aurora.localhost", "aurora.localhost:18030", "AURORA.localhost", "aurora.localhost."):
        assert get(host, "/brand/logo").status_code == 200


def test_an_inactive_company_is_as_unknown() -> None:
    Tenant.objects.filter(schema_name="aurora").update(is_active=False)
    assert get("aurora.localhost", "/brand/logo").content == get("nowhere.localhost").content


def test_staff_addresses_are_missing_on_companies_hosts_and_the_other_way_round() -> None:
    for path in ("/desk/", "/desk/canned/", "/admin/"):
        assert get("aurora.localhost", path).status_code == 404
    assert get("localhost", "/accounts/login/").status_code == 200
    for path in ("/brand/logo", "/widget.js", "/widget/", "/widget/start/"):
        assert get("localhost", path).status_code == 404


def test_the_thread_stands_where_it_stood_after_each_request() -> None:
    with shared():
        get("aurora.localhost", "/brand/logo")
        assert current_schema() == "public"
        get("nowhere.localhost")
        assert current_schema() == "public"


def test_a_logo_is_only_a_picture() -> None:
    Tenant.objects.filter(schema_name="aurora").update(logo=b"<svg/>", logo_type="image/svg+xml")
    answer = get("aurora.localhost", "/brand/logo")
    assert answer.content == b"<svg/>"
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" not in answer.headers.get("Vary", ""), "nobody's session was looked at"
    again = Client().get("/brand/logo", headers={"host": "aurora.localhost", "if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert get("borealis.localhost", "/brand/logo").status_code == 404


def test_further_hosts_of_a_company() -> None:
    aurora = Tenant.objects.get(schema_name="aurora")
    Domain.objects.create(tenant=aurora, domain="chat.aurora-travel.example", is_primary=False)
    Tenant.objects.filter(pk=aurora.pk).update(logo=b"x", logo_type="image/png")
    assert get("chat.aurora-travel.example", "/brand/logo").status_code == 200
