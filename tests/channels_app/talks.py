"""Talks on companies' widgets, for tests of the visitor's socket."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from contactcenter.lib import rate_limit
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation
from tenants.door import in_shared, in_tenant
from tests.people import make_agent, ring
from tests.webchat import form, give_widget, visitor_client


async def furnish() -> None:
    rate_limit.local.take_charge(0)
    await in_shared(lambda: [give_widget(schema).pk for schema in ("aurora", "borealis")])
    await sync_to_async(forget_limits)()


def forget_limits() -> None:
    client = rate_limit.client()
    prefix = settings.CACHES["default"]["KEY_PREFIX"]
    for key in client.scan_iter(f"{prefix}:rate:*"):
        client.delete(key)


async def begin(schema: str = "aurora", text: str = "Hello?", **more: Any) -> str:
    """A talk that waits; gives its token."""

    def post() -> str:
        answer = visitor_client(schema).post("/widget/start/", form(text=text, **more), content_type="application/json")
        assert answer.status_code == 201, answer.content
        return str(answer.json()["token"])

    return await in_shared(post)


async def answer(token_schema: str, text: str) -> None:
    """The agent who holds the company's one talk writes."""

    def reply() -> None:
        talk = Conversation.objects.latest("created_at")
        item = WorkItem.objects.select_related("agent", "tenant").get(conversation=talk.pk, state="active")
        assert item.agent is not None
        conversations.reply(
            tenant=item.tenant,
            agent=item.agent,
            conversation_id=talk.pk,
            message_id=uuid4(),
            text=text,
            now=timezone.now(),
        )

    await in_tenant(token_schema, reply)


async def take(schema: str = "aurora") -> None:
    """Inés takes the company's one waiting talk."""

    def accept() -> None:
        agent = make_agent("Inés", [schema])
        item = WorkItem.objects.select_related("tenant").get(tenant__schema_name=schema, state="waiting")
        ring(item, agent)
        conversations.take(item_id=item.pk, agent=agent, now=timezone.now())

    await in_shared(accept)
