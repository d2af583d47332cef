"""Customers of the company whose host it is: listed, found by an exact address or number, read."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from contactcenter.faces.api.endpoint import Endpoint
from contactcenter.faces.api.fields import cursor_of, page
from contactcenter.faces.api.shapes import NEWEST, CustomerPage, CustomerQuery, CustomerShape
from contactcenter.records.customers.models import Block, Customer, Identity

TAG = ["customers"]


class Customers(Endpoint):
    query_fields = CustomerQuery

    @extend_schema(
        operation_id="list_customers",
        summary="List or find customers",
        tags=TAG,
        parameters=[CustomerQuery],
        responses=CustomerPage,
    )
    def get(self, request: Request) -> Response:
        """Needs the right `customers:read`. By `email` or `phone` all who gave exactly that; see `verified` of the
        identity for whether it was proved.
        """
        query = self.query
        rows = everybody()
        if "email" in query:
            rows = known_by(rows, Identity.Kind.EMAIL, query["email"].lower())
        if "phone" in query:
            rows = known_by(rows, Identity.Kind.PHONE, query["phone"])
        newest = query["order"] == NEWEST
        if "cursor" in query:
            rows = rows.filter(pk__lt=query["cursor"]) if newest else rows.filter(pk__gt=query["cursor"])
        items, last = page(list(rows.order_by("-pk" if newest else "pk")[: query["limit"] + 1]), query["limit"])
        return Response({"items": CustomerShape(items, many=True).data, "next_cursor": cursor_of(last and last.pk)})


class OneCustomer(Endpoint):
    @extend_schema(operation_id="read_customer", summary="Read a customer", tags=TAG, responses=CustomerShape)
    def get(self, request: Request, customer_id: UUID) -> Response:
        """Needs the right `customers:read`."""
        customer = everybody().filter(pk=customer_id).first()
        if customer is None:
            raise Http404
        return Response(CustomerShape(customer).data)


def everybody() -> QuerySet[Customer]:
    blocks = Block.objects.filter(customer=OuterRef("pk"), lifted_at=None)
    return Customer.objects.prefetch_related("identities").annotate(blocked=Exists(blocks))


def known_by(rows: QuerySet[Customer], kind: str, value: str) -> QuerySet[Customer]:
    return rows.filter(pk__in=Identity.objects.filter(kind=kind, value=value).values("customer"))
