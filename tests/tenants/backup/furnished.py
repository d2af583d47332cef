"""A company with something in every corner, and sums of a database that owe nothing to the code under test."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile

from contactcenter.lib.clock import now
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.services import record
from contactcenter.operation.routing.models import Queue, WorkItem
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Attachment, CannedReply, Conversation, Draft, Message, WrapUp
from contactcenter.records.files.services import store
from tenants.door import tenant as inside
from tests.operation.floor import make_skill
from tests.people import held_chat, make_agent, say

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
WORDS = "Línea uno\nline\ttwo \\ back\\slash \\. \\N ünïcode 🎈"


def furnish(schema: str, alias: str) -> tuple[Agent, UUID]:
    """An agent with an open talk, its draft, file and wrap-up, in a queue that wants a skill. Gives agent and talk."""
    agent = make_agent(alias, [schema])
    item = held_chat(schema, agent, name=f"Customer of {alias}", text=WORDS)
    say(item, "And one more thing")
    skill = make_skill("refunds")
    WorkItem.objects.filter(pk=item.pk).update(required_skills={str(skill.pk): 2})
    Queue.objects.get(pk=item.queue_id).required_skills.create(skill=skill, level=2)
    with inside(schema):
        talk = Conversation.objects.get(pk=item.conversation)
        conversations.reply(
            tenant=item.tenant, agent=agent, conversation_id=talk.pk, message_id=uuid4(), text="Gladly", now=now()
        )
        Message.objects.filter(conversation=talk, sequence=1).update(text=WORDS)
        kept = store(SimpleUploadedFile("a.png", PNG), conversation=talk.pk, user=agent.user_id, now=now())
        Attachment.objects.create(message=Message.objects.filter(conversation=talk).latest("sequence"), file=kept)
        Draft.objects.create(conversation=talk, user=agent.user, text="Half a", saved_at=now())
        CannedReply.objects.create(shortcut="bye", title="Bye", text={"en": "Bye"}, owner=agent.user)
        WrapUp.objects.create(item=item.pk, conversation=talk, user=agent.user, summary="solved", at=now())
    record(
        action=Action.CONVERSATION_READ,
        tenant=item.tenant,
        actor=agent.user,
        object_kind="conversation",
        object_id=talk.pk,
        now=now(),
    )
    return agent, talk.pk


def sums(database: str, *schemas: str) -> dict[str, str]:
    """Of every table of these schemas: a digest of all its rows."""
    found: dict[str, str] = {}
    with psycopg.connect(database, options="-c TimeZone=UTC") as direct:
        for schema in schemas:
            tables = direct.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
            for (table,) in tables:
                found[f"{schema}.{table}"] = digest(direct, f'"{schema}"."{table}"')
    return found


def company_sums(database: str, schema: str) -> dict[str, str]:
    """Of the company's own tables and of its rows in some shared ones, ids included."""
    with psycopg.connect(database, options="-c TimeZone=UTC") as direct:
        (pk,) = direct.execute("SELECT id FROM tenants_tenant WHERE schema_name = %s", [schema]).fetchone() or (0,)
        items = f"item_id IN (SELECT id FROM routing_workitem WHERE tenant_id = {pk})"
        return sums(database, schema) | {
            table: digest(direct, table, where)
            for table, where in {
                "tenants_tenant": f"id = {pk}",
                "tenants_domain": f"tenant_id = {pk}",
                "tenants_openinghours": f"tenant_id = {pk}",
                "routing_queue": f"tenant_id = {pk}",
                "routing_workitem": f"tenant_id = {pk}",
                "routing_offer": items,
                "routing_itemspan": items,
                "audit_entry": f"tenant_id = {pk}",
                "agents_agent_tenants": f"tenant_id = {pk}",
            }.items()
        }


def digest(direct: psycopg.Connection[Any], table: str, where: str = "true") -> str:
    rows = direct.execute(f"SELECT t::text FROM {table} t WHERE {where}").fetchall()  # type: ignore[arg-type]
    return f"{len(rows)} {hashlib.md5('|'.join(sorted(row for (row,) in rows)).encode()).hexdigest()}"
