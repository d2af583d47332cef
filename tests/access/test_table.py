"""The policy table is complete and has nothing stale: addresses, sockets, tasks and admin actions are walked."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.admin.sites import all_sites
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from channels_app.middleware import OnCompanyHost, OnSharedHost
from channels_app.routing import ADDRESSES
from contactcenter.access.admin import ADMIN_ACTIONS
from contactcenter.access.routes import PREFIXES, ROUTES
from contactcenter.access.rule import Verdict, asker, decide
from contactcenter.access.sockets import SOCKETS
from contactcenter.access.tasks import TASKS
from contactcenter.access.who import Place, Who
from contactcenter.celery import app
from contactcenter.faces.admin.sites import SITES
from contactcenter.operation.accounts.models import Membership, User
from tenants.models import Tenant
from tests.access.routes import routes
from tests.signed_in import signed_in

ROLES: list[tuple[str, frozenset[Who]]] = [
    ("admin", frozenset({Who.ADMIN})),
    ("supervisor", frozenset({Who.SUPERVISOR})),
    ("agent", frozenset({Who.AGENT})),
    ("", frozenset()),
]


@pytest.mark.parametrize("place", Place)
def test_every_address_is_declared_and_none_is_stale(place: Place) -> None:
    found = [name for name, _parameters in routes(place)]
    assert set(found) == set(ROUTES[place])
    assert len(found) == len(set(found)), "two addresses of one name: one of them would be declared unseen"


def test_every_socket_is_declared_and_none_is_stale() -> None:
    places = {OnSharedHost: Place.SHARED, OnCompanyHost: Place.COMPANY}
    found = {address: places[type(application)] for address, application in ADDRESSES.items()}
    assert found == {address: place for address, (place, _whos) in SOCKETS.items()}


def test_every_task_is_declared_and_none_is_stale() -> None:
    app.loader.import_default_modules()
    names = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert names == set(TASKS)


def test_every_admin_action_is_declared_and_none_is_stale() -> None:
    found = {
        model_admin.name_of_action(name)
        for site in SITES.values()
        for model_admin in site._registry.values()
        for _function, name, _words in model_admin._get_base_actions()
    }
    assert found == set(ADMIN_ACTIONS)


def test_no_other_admin_is_served() -> None:
    """Whatever an app registers with Django's own site has no address, and nothing here links by a GET that acts."""
    assert {site.name for site in all_sites if site._registry} <= set(SITES)
    for site in SITES.values():
        for model_admin in site._registry.values():
            shortcuts = ("actions_list", "actions_row", "actions_detail", "actions_submit_line")
            assert not any(getattr(model_admin, kind) for kind in shortcuts), model_admin


def test_static_files_are_where_the_table_says() -> None:
    assert settings.STATIC_URL in PREFIXES


def test_the_middleware_that_asks_is_there_and_last() -> None:
    assert settings.MIDDLEWARE[-1] == "contactcenter.access.middleware.AccessMiddleware"


@pytest.mark.django_db
@pytest.mark.parametrize("place", Place)
def test_roles_count_on_the_shared_host_and_memberships_on_their_companys(place: Place) -> None:
    aurora, borealis = Tenant.objects.filter(schema_name__in=["aurora", "borealis"]).order_by("schema_name")
    shared = Tenant.with_shared.get(schema_name="public")
    tenant = shared if place is Place.SHARED else aurora
    for role, whos in ROLES:
        user = User.objects.create(email=f"{role}x@bpo.example", name="X", role=role)
        expected = whos if place is Place.SHARED else frozenset()
        assert asker(user, tenant).whos == {Who.PUBLIC, Who.SIGNED_IN} | expected
        Membership.objects.create(user=user, tenant=aurora, role="manager")
        Membership.objects.create(user=user, tenant=borealis, role="viewer", is_active=False)
        assert (Who.MANAGER in asker(user, tenant).whos) is (place is Place.COMPANY)
        assert Who.VIEWER not in asker(user, borealis).whos
        user.is_active = False
        assert asker(user, tenant).whos == {Who.PUBLIC}
    assert asker(AnonymousUser(), tenant).whos == {Who.PUBLIC}
    assert asker(None, tenant).whos == {Who.PUBLIC}


@pytest.mark.django_db
def test_the_one_rule() -> None:
    shared = Tenant.with_shared.get(schema_name="public")
    agent = asker(User.objects.create(email="a@bpo.example", name="A", role="agent"), shared)
    nobody = asker(None, shared)
    assert decide({Who.PUBLIC}, nobody) is Verdict.ALLOWED
    assert decide({Who.VISITOR}, nobody) is Verdict.ALLOWED, "the gateway reads the visitor's token"
    assert decide({Who.SIGNED_IN}, nobody) is Verdict.SIGN_IN
    assert decide({Who.AGENT, Who.SUPERVISOR}, agent) is Verdict.ALLOWED
    assert decide({Who.ADMIN}, agent) is Verdict.FORBIDDEN
    assert decide(set(), agent) is Verdict.FORBIDDEN


@pytest.mark.django_db
def test_an_undeclared_address_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ROUTES[Place.SHARED], "account_login")
    assert Client(headers={"host": "localhost"}).get("/accounts/login/").status_code == 404


@pytest.mark.django_db
def test_how_the_unwelcome_are_told() -> None:
    stranger = Client(headers={"host": "localhost"})
    page = stranger.get("/desk/?a=1")
    assert page.headers["Location"] == "/accounts/login/?next=/desk/%3Fa%3D1"
    assert stranger.get("/desk/", headers={"accept": "application/json"}).status_code == 401
    assert stranger.get("/desk/", headers={"sec-fetch-mode": "cors"}).status_code == 401
    assert stranger.post("/desk/").status_code == 401
    fragment = stranger.get("/desk/", headers={"hx-request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/accounts/login/")
    admin = signed_in(User.objects.create(email="b@bpo.example", name="B", role="admin"))
    answer = admin.get("/desk/")
    assert answer.status_code == 403
    assert b"not for your role" in answer.content
