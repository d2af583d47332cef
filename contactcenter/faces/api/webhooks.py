"""Webhooks of the company whose host it is, and what became of each telling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from contactcenter.faces.api.endpoint import Endpoint, once
from contactcenter.faces.api.fields import cursor_of, page
from contactcenter.faces.api.shapes import (
    NEWEST,
    DeliveryPage,
    DeliveryQuery,
    DeliveryShape,
    Discarding,
    Empty,
    NewWebhook,
    WebhookChange,
    WebhookList,
    WebhookShape,
    WebhookWithSecret,
)
from contactcenter.lib.clock import now
from contactcenter.records.webhooks import services
from contactcenter.records.webhooks.models import Delivery, Webhook

TAG = ["webhooks"]


class Kept(Endpoint):
    @property
    def keeper(self) -> services.Keeper:
        return services.Keeper(tenant=self.tenant, token=self.token.pk)


class Webhooks(Kept):
    @extend_schema(operation_id="list_webhooks", summary="List webhooks", tags=TAG, responses=WebhookList)
    def get(self, request: Request) -> Response:
        """Needs the right `webhooks:manage`."""
        rows = Webhook.objects.filter(removed_at=None).order_by("-pk")
        return Response({"items": WebhookShape(rows, many=True).data})

    @extend_schema(
        operation_id="create_webhook",
        summary="Be told what happens",
        tags=TAG,
        request=NewWebhook,
        responses={201: WebhookWithSecret},
    )
    @once
    def post(self, request: Request) -> Response:
        """Needs the right `webhooks:manage`. The secret in the answer is shown this once."""
        given = self.body(NewWebhook)
        return Response(
            with_secret(services.create(url=given["url"], events=given["events"], by=self.keeper, now=now())),
            status=201,
        )


class OneWebhook(Kept):
    @extend_schema(operation_id="read_webhook", summary="Read a webhook", tags=TAG, responses=WebhookShape)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Needs the right `webhooks:manage`."""
        return Response(WebhookShape(find(webhook_id)).data)

    @extend_schema(
        operation_id="change_webhook",
        summary="Change a webhook",
        tags=TAG,
        request=WebhookChange,
        responses=WebhookShape,
    )
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. What is left out stays."""
        return Response(
            WebhookShape(
                services.change(webhook_id=webhook_id, by=self.keeper, now=now(), **self.body(WebhookChange))
            ).data
        )

    @extend_schema(operation_id="remove_webhook", summary="Remove a webhook", tags=TAG, responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. What has not arrived is discarded."""
        services.remove(webhook_id=webhook_id, by=self.keeper, now=now())
        return Response(status=204)


class WebhookSecret(Kept):
    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="Make a new secret",
        tags=TAG,
        request=None,
        responses={201: WebhookWithSecret},
    )
    @once
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. For 24 hours what is sent is signed by both: new and former."""
        self.body(Empty)
        return Response(
            with_secret(services.rotate_secret(webhook_id=webhook_id, by=self.keeper, now=now())), status=201
        )


class Deliveries(Kept):
    query_fields = DeliveryQuery

    @extend_schema(
        operation_id="list_deliveries",
        summary="List what was or will be sent",
        tags=TAG,
        parameters=[DeliveryQuery],
        responses=DeliveryPage,
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. The dead-letter list is `state=dead`. What ended is kept for 30 days."""
        query = self.query
        rows = Delivery.objects.filter(webhook=find(webhook_id))
        if "state" in query:
            rows = rows.filter(state=query["state"])
        newest = query["order"] == NEWEST
        if "cursor" in query:
            rows = rows.filter(pk__lt=query["cursor"]) if newest else rows.filter(pk__gt=query["cursor"])
        items, last = page(list(rows.order_by("-pk" if newest else "pk")[: query["limit"] + 1]), query["limit"])
        return Response({"items": DeliveryShape(items, many=True).data, "next_cursor": cursor_of(last and last.pk)})


class Replay(Kept):
    @extend_schema(
        operation_id="replay_delivery",
        summary="Send a dead one anew",
        tags=TAG,
        request=None,
        responses={200: DeliveryShape},
    )
    @once
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. With all its tries, at once."""
        self.body(Empty)
        replayed = services.replay(webhook_id=webhook_id, delivery_id=delivery_id, by=self.keeper, now=now())
        return Response(DeliveryShape(replayed).data)


class Discard(Kept):
    @extend_schema(
        operation_id="discard_delivery",
        summary="Give one up for good",
        tags=TAG,
        request=Discarding,
        responses={200: DeliveryShape},
    )
    @once
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Needs the right `webhooks:manage`. One on its way or dead, with the reason why it is not needed."""
        reason = self.body(Discarding)["reason"]
        discarded = services.discard(
            webhook_id=webhook_id, delivery_id=delivery_id, reason=reason, by=self.keeper, now=now()
        )
        return Response(DeliveryShape(discarded).data)


def find(webhook_id: UUID) -> Webhook:
    webhook = Webhook.objects.filter(pk=webhook_id, removed_at=None).first()
    if webhook is None:
        raise Http404
    return webhook


def with_secret(made: services.Made) -> dict[str, Any]:
    return {**WebhookShape(made.webhook).data, "secret": made.secret}
