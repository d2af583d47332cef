"""What is done inside the product's environment: people and talks made by its own services, and measures that need
Django. `python -m bench.inside FUNCTION ARGUMENT...` prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from datetime import time as day_time
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from contactcenter.lib.clock import now  # noqa: E402
from contactcenter.operation.accounts.models import Role, User  # noqa: E402
from contactcenter.operation.accounts.sessions import stamp  # noqa: E402
from contactcenter.operation.agents.models import Agent, AgentSkill, Capacity, Skill  # noqa: E402
from contactcenter.operation.routing.models import Pool, Queue  # noqa: E402
from contactcenter.records.conversations import services as conversations  # noqa: E402
from contactcenter.records.conversations.models import Conversation  # noqa: E402
from contactcenter.records.customers.services import issue_token, start_customer  # noqa: E402
from tenants import door  # noqa: E402
from tenants.models import OpeningHours, Tenant  # noqa: E402
from tenants.services import NewTenant, create_tenant  # noqa: E402

CHATS_AT_ONCE = 14
DOOR_CALLS, AT_ONCE = 4_000, 32


def served() -> Any:
    return Tenant.objects.exclude(schema_name=door.SHARED_SCHEMA)


def open_always() -> int:
    """No hour of the day or length of a queue turns a visitor away."""
    OpeningHours.objects.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(tenant=tenant, weekday=weekday, opens=day_time(0), closes=day_time(0))
        for tenant in served()
        for weekday in range(7)
    )
    return Queue.objects.update(max_waiting=30_000)


def make_agents(start: int, end: int) -> list[dict[str, str]]:
    """Each serves the companies of the demo and speaks every language."""
    tenants = list(served().order_by("id")[:4])
    made = []
    for number in range(start, end):
        person = make_user(f"bench{number}@bpo.example", Role.AGENT)
        agent = Agent.objects.create(user=User.objects.get(email=person["email"]), alias=f"Bench {number}")
        agent.tenants.set(tenants)
        AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill, level=5) for skill in Skill.objects.all())
        Capacity.objects.create(agent=agent, chat_limit=CHATS_AT_ONCE)
        for pool in Pool.objects.all():
            pool.agents.add(agent)
        made.append(person)
    return made


def make_supervisors(start: int, end: int) -> list[dict[str, str]]:
    return [make_user(f"super{number}@bpo.example", Role.SUPERVISOR) for number in range(start, end)]


def make_user(email: str, role: str) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    User.objects.create_user(email, password, name=email.partition("@")[0].title(), role=role)
    return {"email": email, "password": password}


def make_talks(schema: str, number: int, waiting: int) -> list[dict[str, str]]:
    """Visitors with their token; the first `waiting` of them wait, the others' talks are over."""
    tenant = Tenant.objects.get(schema_name=schema)
    queue = Queue.objects.get(tenant=tenant, is_default=True, channel="chat")
    made = []
    with door.tenant(schema):
        for position in range(number):
            at = now()
            customer = start_customer(
                name=f"Idle {position}", email="", language="en", timezone="Europe/London", now=at
            )
            talk = conversations.start(
                tenant=tenant, customer=customer, queue=queue, message_id=uuid4(), text="hello", language="en", now=at
            ).conversation
            if position >= waiting:
                conversations.finish(
                    tenant=tenant, conversation_id=talk.pk, by=Conversation.ClosedBy.CUSTOMER, now=at, customer=customer
                )
            made.append({"token": issue_token(customer=customer, now=at), "conversation": str(talk.pk)})
    return made


def end_talks() -> int:
    """Nobody waits or talks any more."""
    ended = 0
    for tenant in served():
        with door.tenant(tenant.schema_name):
            for talk in Conversation.objects.filter(state=Conversation.State.OPEN):
                conversations.end(tenant=tenant, conversation_id=talk.pk, now=now())
                ended += 1
    return ended


def make_companies(number: int) -> int:
    for position in range(served().count(), number):
        name = f"firm{position:03}"
        create_tenant(NewTenant(schema=name, name=name.title(), hosts=[f"{name}.localhost"], colour="#aa3300"))
    return int(served().count())


def desk_queries(email: str) -> int:
    """Of the desk's page, once it is warm."""
    user = User.objects.get(email=email)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    session = client.session
    stamp(session, host="localhost", epoch=user.epoch, second_factor=True)
    session.save()
    client.get("/desk/")
    with CaptureQueriesContext(connection) as found:
        answer = client.get("/desk/")
    if answer.status_code != 200:
        raise RuntimeError(f"the desk answered {answer.status_code}")
    return len(found)


def door_calls() -> dict[str, float]:
    """Calls a second through the door, over all companies in turn, beside the same query in the same thread hop without
    a door.
    """
    schemas = list(served().order_by("id").values_list("schema_name", flat=True))

    def read() -> int:
        return Conversation.objects.count()

    def bare(schema: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{schema}".conversations_conversation')  # noqa: S608  our own names
            return int(cursor.fetchone()[0])

    async def load(call: Any) -> float:
        async def some(first: int) -> None:
            for number in range(first, DOOR_CALLS, AT_ONCE):
                await call(schemas[number % len(schemas)])

        started = time.perf_counter()
        await asyncio.gather(*(some(first) for first in range(AT_ONCE)))
        return DOOR_CALLS / (time.perf_counter() - started)

    async def both() -> dict[str, float]:
        async def through(schema: str) -> int:
            return await door.in_tenant(schema, read)

        async def beside(schema: str) -> int:
            return await door.in_shared(bare, schema)

        ours, limit = [], []
        for _ in range(3):
            ours.append(await load(through))
            limit.append(await load(beside))
        return {"ours": sorted(ours)[1], "bare": sorted(limit)[1]}

    return asyncio.run(both())


if __name__ == "__main__":
    function, *arguments = sys.argv[1:]
    given = [int(word) if word.isdigit() else word for word in arguments]
    print(json.dumps(globals()[function](*given)))
