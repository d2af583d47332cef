"""People and agents: each change is a service's, ends sessions where rights shrink, and is written down."""

from __future__ import annotations

import time

import pytest
from django.contrib.admin.models import LogEntry

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import Invitation, Membership, User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, Capacity, Skill
from contactcenter.operation.outbox.models import Event
from contactcenter.operation.routing.models import Pool, Queue
from tests.faces.admin.people import actions, an_admin, browser, reads, typed
from tests.people import company, make_agent
from tests.people import pool as make_pool
from tests.signed_in import signed_in

pytestmark = pytest.mark.django_db


def test_a_role_is_changed_by_the_service() -> None:
    client = browser()
    sam = User.objects.create_user("sam@bpo.example", None, name="Sam", role="agent")
    address = f"/admin/accounts/user/{sam.pk}/change/"
    answer = client.post(address, {**typed(client, address), "role": "supervisor"})
    assert answer.status_code == 302
    sam.refresh_from_db()
    assert (sam.role, sam.epoch) == ("supervisor", 1)
    assert Event.objects.filter(name="rights.changed", object_id=str(sam.pk)).exists()
    assert actions()[-1] == ("person.role_changed", "public", {})
    assert not LogEntry.objects.exists()


def test_another_address_ends_the_sessions_and_another_name_does_not() -> None:
    client = browser()
    sam = User.objects.create_user("sam@bpo.example", None, name="Sam", role="agent")
    address = f"/admin/accounts/user/{sam.pk}/change/"
    client.post(address, {**typed(client, address), "name": "Samuel"})
    sam.refresh_from_db()
    assert (sam.name, sam.epoch) == ("Samuel", 0)
    assert actions()[-1] == ("person.changed", "public", {"fields": ["name"]})
    client.post(address, {**typed(client, address), "email": "Samuel@BPO.example"})
    sam.refresh_from_db()
    assert (sam.email, sam.epoch) == ("samuel@bpo.example", 1)


def test_the_last_admin_stays_and_is_told_so_at_the_form() -> None:
    ada = an_admin()
    client = signed_in(ada)
    address = f"/admin/accounts/user/{ada.pk}/change/"
    answer = client.post(address, {**typed(client, address), "name": "Ada Typed", "role": "agent"})
    assert answer.status_code == 200
    assert "make somebody else an admin first" in answer.content.decode()
    assert 'value="Ada Typed"' in answer.content.decode(), "what was typed is still there"
    ada.refresh_from_db()
    assert (ada.role, ada.name) == ("admin", "Ada"), "nothing of it was kept"
    client.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [ada.pk]})
    assert User.objects.get(pk=ada.pk).is_active


def test_deactivated_in_the_list_and_back() -> None:
    client = browser()
    ines = make_agent("Ines", ["aurora"])
    version = Capacity.objects.get(agent=ines).version
    chosen = {"_selected_action": [ines.user_id]}
    client.post("/admin/accounts/user/", {"action": "deactivate", **chosen})
    user = User.objects.get(pk=ines.user_id)
    assert (user.is_active, user.epoch) == (False, 1)
    assert Capacity.objects.get(agent=ines).version > version, "the router was told"
    client.post("/admin/accounts/user/", {"action": "reactivate", **chosen})
    assert User.objects.get(pk=ines.user_id).is_active
    assert [action for action, *_ in actions()] == ["person.deactivated", "person.reactivated"]


def test_an_agents_work_is_changed_by_the_service() -> None:
    client = browser()
    ines = make_agent("Ines", ["aurora", "borealis"])
    english = Skill.objects.create(kind="language", key="en", name="English")
    pool = Pool.objects.create(name="Night")
    version = Capacity.objects.get(agent=ines).version
    address = f"/admin/agents/agent/{ines.pk}/change/"
    answer = client.post(
        address,
        {
            **typed(client, address),
            "alias": "Inés",
            "chats_at_once": "5",
            "companies": [company("aurora").pk],
            "pools": [pool.pk],
            f"skill_{english.pk}": "4",
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    ines.refresh_from_db()
    assert ines.alias == "Inés"
    assert ines.capacity.chat_limit == 5
    assert [tenant.schema_name for tenant in ines.tenants.all()] == ["aurora"]
    assert [row.name for row in ines.pools.all()] == ["Night"]
    assert list(ines.agent_skills.values_list("skill__key", "level")) == [("en", 4)]
    assert Capacity.objects.get(agent=ines).version > version
    assert User.objects.get(pk=ines.user_id).epoch == 1, "a company less: signed out"
    names = [action for action, *_ in actions()]
    assert names == ["agent.companies_changed", "agent.changed"]
    assert actions()[-1][2] == {"fields": ["alias", "chats_at_once", "skills", "pools"]}


def test_a_deactivated_company_is_not_lost_by_a_form_that_does_not_show_it() -> None:
    client = browser()
    ines = make_agent("Ines", ["aurora", "cumbre"])
    type(company("cumbre")).objects.filter(schema_name="cumbre").update(is_active=False)
    address = f"/admin/agents/agent/{ines.pk}/change/"
    client.post(address, {**typed(client, address), "companies": [company("aurora").pk], "alias": "I"})
    assert {tenant.schema_name for tenant in ines.tenants.all()} == {"aurora", "cumbre"}


def test_a_person_gets_a_desk() -> None:
    client = browser()
    User.objects.create_user("new@bpo.example", None, name="New", role="agent")
    client_user = User.objects.create_user("tom@aurora.example", None, name="Tom")
    facts = {"alias": "Neo", "is_active": "on", "chats_at_once": "2", "companies": [company("aurora").pk]}
    refused = client.post("/admin/agents/agent/add/", {**facts, "person": client_user.email})
    assert "give this person such a role first" in refused.content.decode()
    unknown = client.post("/admin/agents/agent/add/", {**facts, "person": "nobody@bpo.example"})
    assert "Nobody here has this address" in unknown.content.decode()
    assert client.post("/admin/agents/agent/add/", {**facts, "person": "New@bpo.example"}).status_code == 302
    agent = Agent.objects.get(user__email="new@bpo.example")
    assert (agent.alias, agent.capacity.chat_limit) == ("Neo", 2)


def test_a_place_in_the_portal_is_given_and_taken() -> None:
    client = browser()
    tom = User.objects.create_user("tom@aurora.example", None, name="Tom")
    facts = {"person": tom.email, "tenant": company("aurora").pk, "role": "viewer", "is_active": "on"}
    assert client.post("/admin/accounts/membership/add/", facts).status_code == 302
    place = Membership.objects.get()
    address = f"/admin/accounts/membership/{place.pk}/change/"
    assert client.post(address, {"role": "manager"}).status_code == 302
    place.refresh_from_db()
    assert (place.role, place.is_active) == ("manager", False)
    assert [row[:2] for row in actions()] == [
        ("membership.granted", "aurora"),
        ("membership.granted", "aurora"),
        ("membership.revoked", "aurora"),
    ]


def test_people_come_by_invitation_and_a_letter_can_be_taken_back() -> None:
    client = browser()
    assert client.get("/admin/accounts/user/add/").status_code == 404
    letter = {"email": "New@bpo.example", "role": "agent", "tenant": ""}
    assert client.post("/admin/accounts/invitation/add/", letter).status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.tenant) == ("new@bpo.example", "agent", None)
    wrong = client.post("/admin/accounts/invitation/add/", {**letter, "role": "manager"})
    assert "Choose one of: Admin, Supervisor, Agent." in str(wrong.context["adminform"].form.errors["role"])
    page = client.get(f"/admin/accounts/invitation/{invitation.pk}/change/").content.decode()
    assert invitation.token_hash not in page
    assert 'name="_save"' not in page
    client.post("/admin/accounts/invitation/", {"action": "take_back", "_selected_action": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    assert [action for action, *_ in actions()] == ["person.invited", "invitation.revoked"]


def test_ten_thousand_people_are_listed_and_found_at_once() -> None:
    client = browser()
    client.get("/admin/")  # the first page of a session is written down
    User.objects.bulk_create(
        User(email=f"p{number}@bpo.example", name=f"Person {number}", role="agent") for number in range(10_000)
    )
    for address, count in (("/admin/accounts/user/", 10_001), ("/admin/accounts/user/?q=p9876@", 1)):
        started = time.monotonic()
        with reads() as queries:
            page = client.get(address)
        assert time.monotonic() - started < 1
        assert page.context["cl"].result_count == count
        assert len(page.context["cl"].result_list) == min(count, 50)
        assert len(queries) == 5, "the host's row, the session, its user, how many, the rows"


def test_the_other_lists_ask_as_often_for_many_rows_as_for_one() -> None:
    client = browser()
    lists = ("agents/agent", "accounts/membership", "routing/queue", "routing/pool", "tenants/tenant", "audit/entry")
    counts = []
    for round_ in range(2):
        for number in range(1 + 20 * round_):
            agent = make_agent(f"A{round_}x{number}", ["aurora", "borealis"])
            Membership.objects.create(user=agent.user, tenant=company("aurora"), role="viewer")
            Queue.objects.create(tenant=company("aurora"), pool=make_pool(), key=f"q{round_}x{number}", name="Q")
            agents.rights_changed(agent_id=agent.pk, now=now())
        counts.append([])
        for each in lists:
            with reads() as queries:
                assert client.get(f"/admin/{each}/").status_code == 200
            counts[-1].append(len(queries))
    for name, few, many in zip(lists, *counts, strict=True):
        assert many <= few, name  # the log of a first look is one query more


@pytest.mark.parametrize(
    "asked",
    [
        "accounts/user/?password__startswith=pbkdf2",
        "accounts/invitation/?digest__startswith=a",
        "agents/agent/?user__password__startswith=pbkdf2",
        "tenants/endpoint/?settings__identity_secret__startswith=a",
    ],
)
def test_no_list_tells_a_secret_letter_by_letter(asked: str) -> None:
    assert browser().get(f"/admin/{asked}").status_code == 400


def test_a_list_is_still_filtered_by_its_filters() -> None:
    ada = browser()
    for asked in (
        "accounts/user/?is_active__exact=1&role__exact=agent",
        "agents/agent/?tenants__id__exact=1",
        "audit/entry/?action=person.changed",
    ):
        assert ada.get(f"/admin/{asked}").status_code == 200
