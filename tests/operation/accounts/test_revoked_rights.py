"""What is taken away is gone with the next request, and the news of it is in the outbox of the same transaction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.operation.accounts.services import LastAdmin, NotAllowed
from contactcenter.operation.accounts.sessions import Refusal, Visit, open_visit, person_of
from contactcenter.operation.agents.models import Agent, Capacity
from contactcenter.operation.outbox.models import Event
from tenants.models import Tenant
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/password/change/"
Change = Callable[[User, User], object]


@pytest.fixture
def ada() -> User:
    return User.objects.create(email="ada@bpo.example", name="Ada", role="admin")


@pytest.fixture
def ines() -> User:
    user = User.objects.create(email="ines@bpo.example", name="Inés", role="agent")
    agent = Agent.objects.create(user=user, alias="Inés")
    Capacity.objects.create(agent=agent)
    agent.tenants.set(Tenant.objects.filter(schema_name__in=["aurora", "borealis"]))
    return user


def companies(*schemas: str) -> list[Tenant]:
    return list(Tenant.objects.filter(schema_name__in=schemas))


def maya_loses(ines: User, ada: User) -> None:
    aurora = companies("aurora")[0]
    Membership.objects.create(user=ines, tenant=aurora, role="viewer")
    services.revoke_membership(user=ines, tenant=aurora, by=ada, now=now())


REVOCATIONS: dict[str, Change] = {
    "role": lambda user, by: services.change_role(user=user, role="supervisor", by=by, now=now()),
    "deactivate": lambda user, by: services.deactivate(user=user, by=by, now=now()),
    "reactivate": lambda user, by: services.reactivate(user=user, by=by, now=now()),
    "password": lambda user, by: services.set_password(user=user, password="new one of hers", by=by, now=now()),
    "membership granted": lambda user, by: services.grant_membership(
        user=user, tenant=companies("aurora")[0], role="manager", by=by, now=now()
    ),
    "membership revoked": maya_loses,
    "company taken away": lambda user, by: services.change_companies(
        agent=user.agent, tenants=companies("aurora"), by=by, now=now()
    ),
}


@pytest.mark.parametrize("name", REVOCATIONS)
def test_every_session_of_before_is_refused(name: str, ines: User, ada: User) -> None:
    browser = signed_in(ines)
    assert browser.get(PAGE).status_code == 200
    visit = open_visit(browser.cookies[settings.SESSION_COOKIE_NAME].value, host="localhost")
    assert isinstance(visit, Visit)
    REVOCATIONS[name](ines, ada)
    assert not person_of(visit).exists()
    assert browser.get(PAGE).status_code == 302
    assert Event.objects.filter(
        kind="push", name="rights.changed", group=f"user.{ines.pk}", object_id=str(ines.pk)
    ).exists()
    assert signed_in(ada).get(PAGE).status_code == 200, "nobody else is touched"


def test_who_only_gains_a_company_stays_signed_in_and_is_told(ines: User, ada: User) -> None:
    browser = signed_in(ines)
    before = Capacity.objects.get(agent=ines.agent).version
    services.change_companies(agent=ines.agent, tenants=companies("aurora", "borealis", "cumbre"), by=ada, now=now())
    assert browser.get(PAGE).status_code == 200
    assert Event.objects.filter(name="rights.changed").count() == 1
    assert Capacity.objects.get(agent=ines.agent).version == before + 1


def test_signing_out_closes_what_that_session_opened(ines: User) -> None:
    here, there = signed_in(ines), signed_in(ines)
    keys = [browser.cookies[settings.SESSION_COOKIE_NAME].value for browser in (here, there)]
    visits = [open_visit(key, host="localhost") for key in keys]
    here.post("/accounts/logout/")
    assert [isinstance(visit, Visit) and person_of(visit).exists() for visit in visits] == [False, True]
    assert Event.objects.filter(name="rights.changed").exists()


@pytest.mark.parametrize("name", ["role", "deactivate", "password", "membership granted", "company taken away"])
def test_only_admins_change_people(name: str, ines: User) -> None:
    sam = User.objects.create(email="sam@bpo.example", name="Sam", role="supervisor")
    gone = User.objects.create(email="old@bpo.example", name="Old", role="admin", is_active=False)
    for by in (sam, gone):
        with pytest.raises(NotAllowed):
            REVOCATIONS[name](ines, by)
    ines.refresh_from_db()
    assert ines.epoch == 0


def test_an_admin_of_a_moment_ago_is_none(ines: User, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(role="agent")
    with pytest.raises(NotAllowed):
        services.deactivate(user=ines, by=ada, now=now())


def test_the_last_admin_stays(ada: User) -> None:
    with pytest.raises(LastAdmin):
        services.deactivate(user=ada, by=ada, now=now())
    with pytest.raises(LastAdmin):
        services.change_role(user=ada, role="agent", by=ada, now=now())
    other = User.objects.create(email="eve@bpo.example", name="Eve", role="admin")
    services.deactivate(user=ada, by=other, now=now())


def test_a_session_belongs_to_its_host(ines: User) -> None:
    """D10: the cookie of one host, by a forged request or a shared parent domain, on another."""
    Membership.objects.create(user=ines, tenant=companies("aurora")[0], role="viewer")
    key = signed_in(ines, host="localhost").cookies[settings.SESSION_COOKIE_NAME].value
    aurora = signed_in(ines, host="aurora.localhost").cookies[settings.SESSION_COOKIE_NAME].value
    assert open_visit(key, host="aurora.localhost") is Refusal.OTHER_HOST
    assert open_visit(aurora, host="localhost") is Refusal.OTHER_HOST
    assert open_visit(aurora, host="borealis.localhost") is Refusal.OTHER_HOST
    browser = Client(headers={"host": "localhost"})
    browser.cookies[settings.SESSION_COOKIE_NAME] = aurora
    assert browser.get(PAGE).status_code == 302
    assert isinstance(open_visit(aurora, host="aurora.localhost"), Visit), "where it was made it is still good"


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "\0", "'; DROP TABLE", "é"])
def test_cookies_that_are_none(cookie: str, ines: User) -> None:
    assert open_visit(cookie.replace("\0", ""), host="localhost") is Refusal.NOT_SIGNED_IN
    browser = Client(headers={"host": "localhost"})
    # As a header: newer Pythons refuse to make such a cookie, a stranger's program does not.
    raw = {"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    assert browser.get(PAGE, headers=raw).status_code == 302


def test_a_session_without_a_stamp_counts_nowhere(ines: User) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(ines)
    assert browser.get(PAGE).status_code == 302
