"""Queues, pools, skills and breaks: said in plain words, kept by services, told to the router."""

from __future__ import annotations

import pytest

from contactcenter.faces.admin.work import in_words
from contactcenter.operation.agents.models import BreakReason, Capacity, Skill
from contactcenter.operation.routing.models import Pool, Queue, QueueSkill
from contactcenter.operation.routing.picture import Picture
from tests.faces.admin.people import actions, browser, typed
from tests.people import chat, company, make_agent, make_queue

pytestmark = pytest.mark.django_db


def test_a_queue_in_one_sentence() -> None:
    queue = make_queue("aurora")
    english = Skill.objects.create(kind="language", key="en", name="English")
    billing = Skill.objects.create(key="billing", name="Billing")
    assert in_words(queue) == (
        "Serves Aurora Travel’s chats in any language by the pool Everybody; rings 20 s; 80 % within 20 s; "
        "closes the wrap-up after 60 s."
    )
    QueueSkill.objects.create(queue=queue, skill=english)
    QueueSkill.objects.create(queue=queue, skill=billing, level=3)
    assert in_words(queue) == (
        "Serves Aurora Travel’s chats in English by the pool Everybody; by whoever knows Billing (3); rings 20 s; "
        "80 % within 20 s; closes the wrap-up after 60 s."
    )


def test_who_waits_goes_to_the_other_pool_at_once() -> None:
    item = chat("aurora")
    queue, night = item.queue, Pool.objects.create(name="Night")
    client = browser()
    address = f"/admin/routing/queue/{queue.pk}/change/"
    answer = client.post(address, {**typed(client, address), "pool": night.pk, "offer_seconds": "25"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    before = item.revision
    item.refresh_from_db()
    assert item.revision == before + 1, "a claim that went by the pool before is lost"
    picture = Picture()
    picture.read_all()
    assert picture.items[item.pk].pool == night.pk
    assert actions()[-1] == ("queue.changed", "aurora", {"fields": ["pool", "offer_seconds"]})


def test_a_company_keeps_one_default_queue() -> None:
    first = make_queue("aurora")
    client = browser()
    address = f"/admin/routing/queue/{first.pk}/change/"
    without = typed(client, address)
    del without["is_default"]
    refused = client.post(address, without)
    assert "make another one the default instead" in refused.content.decode()
    new = {
        **{"tenant": company("aurora").pk, "name": "Sales", "key": "sales", "channel": "chat", "pool": first.pool_id},
        **{
            "is_default": "on",
            "is_active": "on",
            "offer_seconds": 20,
            "wrap_up_seconds": 60,
            "first_reply_seconds": 30,
        },
        **{"next_reply_seconds": 60, "answer_within_seconds": 20, "answer_target_percent": 80, "max_waiting": 20},
        "names": "en: Sales\nes: Ventas",
    }
    answer = client.post("/admin/routing/queue/add/", new)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert list(Queue.objects.filter(is_default=True, tenant=first.tenant).values_list("name", flat=True)) == ["Sales"]
    assert Queue.objects.get(name="Sales").names == {"en": "Sales", "es": "Ventas"}
    again = client.post("/admin/routing/queue/add/", {**new, "answer_target_percent": 120, "names": "Sales"})
    assert set(again.context["adminform"].form.errors) == {"key", "names", "answer_target_percent"}


def test_agents_join_and_leave_a_pool() -> None:
    ines, nils = make_agent("Ines", ["aurora"]), make_agent("Nils", ["aurora"])
    night = Pool.objects.create(name="Night")
    night.agents.add(nils)
    versions = dict(Capacity.objects.values_list("agent", "version"))
    client = browser()
    address = f"/admin/routing/pool/{night.pk}/change/"
    refused = client.post(address, {**typed(client, address), "joining": "ines@bpo.example\nnobody@bpo.example"})
    assert "No agent has the address nobody@bpo.example" in refused.content.decode()
    sent = {**typed(client, address), "joining": "INES@bpo.example", "leaving": "nils@bpo.example"}
    assert client.post(address, sent).status_code == 302
    assert [agent.alias for agent in night.agents.all()] == ["Ines"]
    after = dict(Capacity.objects.values_list("agent", "version"))
    assert all(after[agent.pk] == versions[agent.pk] + 1 for agent in (ines, nils))


def test_skills_and_breaks() -> None:
    client = browser()
    assert (
        client.post("/admin/agents/skill/add/", {"kind": "language", "key": "fr", "name": "French"}).status_code == 302
    )
    skill = Skill.objects.get(key="fr")
    client.post(f"/admin/agents/skill/{skill.pk}/change/", {"name": "Français", "key": "xx"})
    skill.refresh_from_db()
    assert (skill.name, skill.key) == ("Français", "fr"), "the key stays: the router goes by it"
    assert (
        client.post("/admin/agents/breakreason/add/", {"name": "Lunch", "key": "lunch", "position": 1}).status_code
        == 302
    )
    assert BreakReason.objects.get().is_active is False, "the box was not ticked"
    assert [action for action, *_ in actions()] == ["skill.changed", "skill.changed", "break_reason.changed"]
