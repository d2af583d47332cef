"""Conversations of the company whose host it is: listed, read, written to, closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from contactcenter.faces.api.endpoint import Endpoint, once
from contactcenter.faces.api.fields import cursor_of, page
from contactcenter.faces.api.shapes import (
    NEWEST,
    ConversationPage,
    ConversationQuery,
    ConversationShape,
    ConversationWithMessages,
    Empty,
    MessagePage,
    MessageQuery,
    MessageShape,
    NewMessage,
)
from contactcenter.lib.clock import now
from contactcenter.operation.routing.models import WorkItem
from contactcenter.records.conversations import services
from contactcenter.records.conversations.models import Conversation, Message
from tenants.models import Tenant

TAG = ["conversations"]
FIRST_PAGE = 50


class Conversations(Endpoint):
    query_fields = ConversationQuery

    @extend_schema(
        operation_id="list_conversations",
        summary="List conversations",
        tags=TAG,
        parameters=[ConversationQuery],
        responses=ConversationPage,
    )
    def get(self, request: Request) -> Response:
        """Needs the right `conversations:read`. Pages stand still while new ones come: repeat the same query with the
        cursor.
        """
        query = self.query
        rows = narrow(with_queue(self.tenant), query)
        newest = query["order"] == NEWEST
        if "cursor" in query:
            rows = rows.filter(pk__lt=query["cursor"]) if newest else rows.filter(pk__gt=query["cursor"])
        items, last = page(list(rows.order_by("-pk" if newest else "pk")[: query["limit"] + 1]), query["limit"])
        return Response(
            {
                "items": ConversationShape(items, many=True).data,
                "next_cursor": cursor_of(last and last.pk),
            }
        )


class OneConversation(Endpoint):
    @extend_schema(
        operation_id="read_conversation",
        summary="Read a conversation",
        tags=TAG,
        responses=ConversationWithMessages,
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Needs the right `conversations:read`. With the first page of its messages, the oldest first."""
        conversation = find(self.tenant, conversation_id)
        return Response(
            {
                **ConversationShape(conversation).data,
                "messages": messages_of(conversation, {"limit": FIRST_PAGE, "order": "oldest"}),
            }
        )


class Messages(Endpoint):
    query_fields = MessageQuery

    @extend_schema(
        operation_id="list_messages",
        summary="Read on in its messages",
        tags=TAG,
        parameters=[MessageQuery],
        responses=MessagePage,
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Needs the right `conversations:read`."""
        return Response(messages_of(find(self.tenant, conversation_id), self.query))

    @extend_schema(
        operation_id="post_message",
        summary="Write to the customer",
        tags=TAG,
        request=NewMessage,
        responses={201: MessageShape},
    )
    @once
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Needs the right `conversations:write`. In the company's name: the customer and the agents see it at once. Who
        waits for an agent waits on. Card numbers are masked; a text that names another company is refused (422).
        """
        text = self.body(NewMessage)["text"]
        message = services.post(tenant=self.tenant, conversation_id=conversation_id, text=text, now=now())
        return Response(MessageShape(message).data, status=201)


class Close(Endpoint):
    @extend_schema(
        operation_id="close_conversation",
        summary="End a conversation",
        tags=TAG,
        request=None,
        responses={200: ConversationShape},
    )
    @once
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Needs the right `conversations:write`. An agent who has it goes to wrap-up. One that has ended stays so."""
        self.body(Empty)
        services.end(tenant=self.tenant, conversation_id=conversation_id, now=now())
        return Response(ConversationShape(find(self.tenant, conversation_id)).data)


def with_queue(tenant: Tenant) -> QuerySet[Any]:
    items = WorkItem.objects.filter(tenant=tenant.pk, conversation=OuterRef("pk")).order_by("-pk")
    rows = Conversation.objects.select_related("customer", "disposition")
    return rows.annotate(queue=Subquery(items.values("queue__key")[:1]))


def narrow(rows: QuerySet[Any], query: dict[str, Any]) -> QuerySet[Any]:
    if "state" in query:
        rows = rows.filter(state=query["state"])
    if "channel" in query:
        rows = rows.filter(channel=query["channel"])
    if "queue" in query:
        rows = rows.filter(queue=query["queue"])
    if "customer" in query:
        rows = rows.filter(customer=query["customer"])
    if "after" in query:
        rows = rows.filter(created_at__gte=query["after"])
    if "before" in query:
        rows = rows.filter(created_at__lt=query["before"])
    return rows


def find(tenant: Tenant, conversation_id: UUID) -> Conversation:
    conversation: Conversation | None = with_queue(tenant).filter(pk=conversation_id).first()
    if conversation is None:
        raise Http404
    return conversation


def messages_of(conversation: Conversation, query: dict[str, Any]) -> dict[str, Any]:
    rows = Message.objects.filter(conversation=conversation).prefetch_related("attachments__file")
    newest = query["order"] == NEWEST
    if "cursor" in query:
        rows = rows.filter(sequence__lt=query["cursor"]) if newest else rows.filter(sequence__gt=query["cursor"])
    ordered = rows.order_by("-sequence" if newest else "sequence")
    items, last = page(list(ordered[: query["limit"] + 1]), query["limit"])
    return {
        "items": MessageShape(items, many=True).data,
        "next_cursor": cursor_of(last and last.sequence),
    }
