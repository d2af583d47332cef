"""Customers of one company, who of them is kept out, and the keys by which their browsers come back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.base import acting
from contactcenter.faces.admin.records.base import ReadOnlyRecordAdmin, RecordAdmin
from contactcenter.faces.admin.sites import records
from contactcenter.lib.clock import now
from contactcenter.lib.text import search_key
from contactcenter.operation.audit.actions import Action
from contactcenter.records.customers import services
from contactcenter.records.customers.models import Block, Customer, VisitorToken


@admin.register(Customer, site=records)
class CustomerAdmin(RecordAdmin):
    list_display = ("known_as", "language", "conversation_count", "is_blocked", "created_at")
    search_fields = ("name_key", "identities__value")
    search_help_text = gettext_lazy("Name, mail address or account")
    ordering = ("-created_at", "-pk")
    columns = ("name", "language", "timezone")
    readonly_fields = ("id", "created_at", "identities", "conversations", "blocks")
    fields = ("id", "name", "language", "timezone", "created_at", "identities", "conversations", "blocks")
    can_add = False
    read_as = Action.CUSTOMER_READ

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        found: QuerySet[Customer] = super().get_queryset(request)
        blocked = Block.objects.filter(customer=OuterRef("pk"), lifted_at=None)
        return found.annotate(number=Count("conversations", distinct=True), blocked=Exists(blocked))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found: tuple[Any, bool] = super().get_search_results(request, queryset, search_key(search_term))
        return found

    @admin.display(description=gettext_lazy("name"), ordering="name_key")
    def known_as(self, customer: Customer) -> str:
        return customer.name or _("Visitor")

    @admin.display(description=gettext_lazy("conversations"), ordering="number")
    def conversation_count(self, customer: Any) -> int:
        return int(customer.number)

    @admin.display(description=gettext_lazy("blocked"), boolean=True)
    def is_blocked(self, customer: Any) -> bool:
        return bool(customer.blocked)

    @admin.display(description=gettext_lazy("known by"))
    def identities(self, customer: Customer) -> str:
        rows = customer.identities.order_by("kind", "value")
        said = [
            f"{row.get_kind_display()}: {row.value} ({_('proved') if row.verified_at else _('as typed')})"
            for row in rows
        ]
        return "; ".join(said) or "–"

    @admin.display(description=gettext_lazy("conversations"))
    def conversations(self, customer: Customer) -> str:
        rows = customer.conversations.order_by("-created_at")[:20]
        return (
            format_html_join(
                " · ",
                '<a href="{}">{}</a>',
                (
                    (
                        reverse("records:conversations_conversation_change", args=[row.pk]),
                        f"{row.created_at:%Y-%m-%d %H:%M}",
                    )
                    for row in rows
                ),
            )
            or "–"
        )

    @admin.display(description=gettext_lazy("blocks"))
    def blocks(self, customer: Customer) -> str:
        address = f"{reverse('records:customers_block_changelist')}?customer__id__exact={customer.pk}"
        count = customer.blocks.count()
        return format_html('<a href="{}">{}</a>', address, count) if count else "–"

    def keep(self, request: HttpRequest, obj: Customer, form: Any, *, change: bool) -> Customer:
        with transaction.atomic():
            customer = services.correct(
                customer_id=obj.pk,
                name=form.cleaned_data["name"],
                language=form.cleaned_data["language"],
                timezone=form.cleaned_data["timezone"],
            )
            if form.changed_data:
                self.write_down(request, customer.pk, list(form.changed_data))
        return customer


@admin.register(Block, site=records)
class BlockAdmin(ReadOnlyRecordAdmin):
    list_display = ("customer_name", "reason", "by", "at", "lifted_at", "lifted_by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    search_fields = ("customer__name_key", "reason")
    ordering = ("-at", "-pk")
    fields = ("customer_name", "reason", "by", "at", "lifted_at", "lifted_by")
    readonly_fields = fields
    actions = ("lift",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Block]:
        found: QuerySet[Block] = super().get_queryset(request)
        return found.select_related("customer", "by", "lifted_by")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "customer__id__exact" or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name_key")
    def customer_name(self, block: Block) -> str:
        return block.customer.name or _("Visitor")

    @admin.action(description=gettext_lazy("Lift: they may write again"))
    def lift(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        by = acting(request)
        for block in queryset.filter(lifted_at=None):
            with transaction.atomic():
                if services.lift_block(customer=block.customer, by=by, now=now()):
                    self.write_down(request, block.pk, ["lifted_at"])
        self.message_user(request, "")


@admin.register(VisitorToken, site=records)
class VisitorTokenAdmin(ReadOnlyRecordAdmin):
    """Without what could be used: not even the digest is shown."""

    list_display = ("customer_name", "created_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("customer__name_key",)
    ordering = ("-created_at", "-pk")
    fields = ("customer_name", "created_at", "expires_at", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisitorToken]:
        found: QuerySet[VisitorToken] = super().get_queryset(request)
        return found.select_related("customer").defer("digest")

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name_key")
    def customer_name(self, token: VisitorToken) -> str:
        return token.customer.name or _("Visitor")

    @admin.action(description=gettext_lazy("Revoke: that browser loses the chat"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[VisitorToken]) -> None:
        with transaction.atomic():
            for token in queryset.filter(revoked_at=None).order_by("pk"):
                if services.revoke_token_row(token_id=token.pk, now=now()):
                    self.write_down(request, token.pk, ["revoked_at"])
        self.message_user(request, "")
