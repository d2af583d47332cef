"""The company's log in its portal: its own people by name, the contact centre's by alias or role."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import Role, User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.audit.services import record
from tests.faces.portal.people import at_home, client_user
from tests.people import asked, company, make_agent

pytestmark = pytest.mark.django_db
LOG = "/portal/log/"


@pytest.fixture
def maya() -> User:
    return client_user("aurora")


@pytest.fixture
def browser(maya: User) -> Client:
    return at_home(maya, "aurora")


def write(
    actor: User | None, action: Action = Action.CONVERSATION_READ, schema: str = "aurora", **more: object
) -> None:
    known: dict[str, object] = {"object_kind": "conversation", "object_id": uuid4()}
    record(action=action, tenant=company(schema), actor=actor, now=now(), **{**known, **more})  # type: ignore[arg-type]


def listed(page: str) -> str:
    return page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0] if "<tbody>" in page else ""


def test_who_by_alias_role_or_name(browser: Client, maya: User) -> None:
    ines = make_agent("Inés", ["aurora"])
    sam = User.objects.create_user("sam@bpo.example", None, name="Sam Secret", role=Role.SUPERVISOR)
    for actor in (ines.user, sam, maya, None):
        write(actor)
    rows = listed(browser.get(LOG).content.decode())
    for shown in ("Agent Inés", "The contact centre: Supervisor", "Maya Brandt", "The contact centre&#x27;s system"):
        assert shown in rows
    for kept in ("Surname", "Sam Secret", "bpo.example"):
        assert kept not in rows


def test_facts_of_the_contact_centre_stay_there(browser: Client) -> None:
    write(
        None,
        Action.HOURS_CHANGED,
        object_kind=ObjectKind.COMPANY,
        object_id=1,
        facts={"fields": ["holidays", "pool_7"]},
    )
    write(
        None, Action.ITEM_MOVED, object_kind=ObjectKind.ITEM, object_id=4711, facts={"queue": 815, "name": "Floor word"}
    )
    rows = listed(browser.get(LOG).content.decode())
    assert "dates that differ" in rows
    for kept in ("pool_7", "4711", "815", "Floor word"):
        assert kept not in rows


def test_whatever_a_face_writes_down_has_a_name_here(browser: Client) -> None:
    for kind in ObjectKind:
        write(None, object_kind=kind, object_id=1)
    rows = listed(browser.get(LOG).content.decode())
    for shown in ("Work item", "Webhook", "API token", "Agent", "Outcome", "Pool"):
        assert f">{shown}<" in rows


def test_filters_and_pages(browser: Client, maya: User) -> None:
    ines = make_agent("Inés", ["aurora"])
    for _ in range(60):
        write(ines.user)
    write(maya, Action.HOURS_CHANGED, object_kind=ObjectKind.COMPANY, object_id=1)
    page = browser.get(LOG).content.decode()
    assert listed(page).count("<tr>") == 50
    older = page.split('href="?before=')[1].split('"')[0]
    assert listed(browser.get(f"{LOG}?before={older}").content.decode()).count("<tr>") >= 11
    assert listed(browser.get(f"{LOG}?action=hours.changed").content.decode()).count("<tr>") == 1
    own = listed(browser.get(f"{LOG}?who={maya.pk}").content.decode())
    assert "Agent Inés" not in own
    staff = listed(browser.get(f"{LOG}?who=staff").content.decode())
    assert "Maya Brandt" not in staff
    assert "Agent Inés" in staff
    assert listed(browser.get(f"{LOG}?until=2001-01-01").content.decode()) == ""
    assert "invalid-feedback" in browser.get(f"{LOG}?who={ines.user_id}").content.decode(), "no person of the company"


def test_a_fixed_number_of_queries(browser: Client, maya: User) -> None:
    browser.get(LOG)
    with CaptureQueriesContext(connection) as few:
        browser.get(LOG)
    for number in range(30):
        write(make_agent(f"Agent{number}", ["aurora"]).user)
    with CaptureQueriesContext(connection) as many:
        browser.get(LOG)
    assert len(asked(many)) == len(asked(few))


def test_reading_it_and_taking_it_along_is_written_down_too(browser: Client, maya: User) -> None:
    browser.get(LOG)
    browser.get(LOG)
    answer = browser.get("/portal/log.csv?action=audit.read")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Who"], row["What"]) for row in rows] == [("Maya Brandt", "Read this log")]
    assert list(Entry.objects.filter(actor=maya).order_by("pk").values_list("action", flat=True)) == [
        "audit.read",
        "list.exported",
    ]
