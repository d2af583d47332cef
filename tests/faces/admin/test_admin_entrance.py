"""Who enters the admin: by the role alone, on the shared host alone, by the house's own sign-in."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from contactcenter.access.admin import ADMIN_ACTIONS
from contactcenter.access.routes import ROUTES
from contactcenter.access.who import Place, Who
from contactcenter.faces.admin.sites import SITES
from contactcenter.operation.accounts.models import User
from tests.faces.admin.people import browser

pytestmark = pytest.mark.django_db


def test_the_table_and_each_site_say_so_on_their_own() -> None:
    pages = ("admin:", "records:", "new-company:", "companies")
    routes = {name: whos for name, whos in ROUTES[Place.SHARED].items() if name.startswith(pages)}
    assert len(routes) > 50
    assert set(routes.values()) | set(ADMIN_ACTIONS.values()) == {frozenset({Who.ADMIN})}
    request = RequestFactory().get("/admin/")
    for role in ("agent", "supervisor", "", "admin"):
        request.user = User(role=role, is_superuser=True, is_active=True)
        assert {site.has_permission(request) for site in SITES.values()} == {role == "admin"}
    request.user = User(role="admin", is_active=False)
    assert not any(site.has_permission(request) for site in SITES.values())


@pytest.mark.parametrize(
    "page", ["/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/search/", "/admin/r/1/1/"]
)
def test_there_is_no_second_form_to_sign_in(page: str) -> None:
    assert browser().get(page).status_code == 404


def test_nothing_can_be_deleted_by_any_address_or_action() -> None:
    client = browser()
    for site in SITES.values():
        for model, model_admin in site._registry.items():
            names = {url.name for url in model_admin.get_urls()}
            assert not any("delete" in str(name) or "history" in str(name) for name in names), model
            assert not model_admin.has_delete_permission(client.get("/admin/").wsgi_request), model
    sam = User.objects.create_user("sam@bpo.example", None, name="Sam", role="agent")
    client.post(
        "/admin/accounts/user/",
        {"action": "delete_selected", "_selected_action": [sam.pk], "post": "yes"},
    )
    assert User.objects.filter(pk=sam.pk).exists()
    assert client.post(f"/admin/accounts/user/{sam.pk}/delete/", {"post": "yes"}).status_code == 404


def test_its_policy_is_looser_only_where_unfold_needs_it() -> None:
    client = browser()
    lists = client.get("/admin/accounts/user/").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in lists
    assert "style-src-attr 'unsafe-inline'" in lists
    for page in ("/admin/new-company/who/", "/admin/companies/", "/accounts/login/"):
        assert "unsafe" not in client.get(page).headers["Content-Security-Policy"], page


def test_what_somebody_may_not_see_any_more_is_kept_by_no_cache() -> None:
    assert browser().get("/admin/accounts/user/").headers["Cache-Control"] == "private, no-store"
