"""What happened, to read: the log of who did what, and what the reconciler mended."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy
from unfold.paginator import InfinitePaginator

from contactcenter.faces.admin.base import ReadOnlyAdmin, acting
from contactcenter.faces.admin.sites import house
from contactcenter.lib.clock import now
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.models import Entry
from contactcenter.operation.audit.services import record_look
from contactcenter.operation.routing.models import Repair
from tenants.models import Tenant


class ActionFilter(admin.SimpleListFilter):
    title = gettext_lazy("what")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Action.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Entry, site=house)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "what", "company", "object_kind", "object_id")
    list_filter = (ActionFilter, "tenant")
    search_fields = ("=object_id", "actor__name", "actor__email")
    search_help_text = gettext_lazy("Who, or the number of an object")
    ordering = ("-at", "-pk")
    fields = ("at", "actor", "what", "company", "object_kind", "object_id", "details", "sequence", "digest")
    readonly_fields = fields
    paginator = InfinitePaginator  # counting a million entries for each page is no use

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        found: QuerySet[Entry] = super().get_queryset(request)
        return found.select_related("actor", "tenant").defer("tenant__logo")

    @admin.display(description=gettext_lazy("what"), ordering="action")
    def what(self, entry: Entry) -> str:
        return str(Action(entry.action).label) if entry.action in Action.values else entry.action

    @admin.display(description=gettext_lazy("company"))
    def company(self, entry: Entry) -> str:
        return entry.tenant.name

    def heading(self, obj: Entry) -> str:
        return f"{self.what(obj)}, {obj.sequence}"

    @admin.display(description=gettext_lazy("details"))
    def details(self, entry: Entry) -> str:
        return json.dumps(entry.facts, ensure_ascii=False) if entry.facts else "–"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        tenant: Tenant = request.tenant  # type: ignore[attr-defined]
        record_look(
            action=Action.AUDIT_READ,
            tenant=tenant,
            actor=acting(request),
            object_kind=ObjectKind.LOG,
            object_id="all",
            now=now(),
        )
        response: HttpResponseBase = super().changelist_view(request, extra_context)
        return response


@admin.register(Repair, site=house)
class RepairAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "explanation", "agent", "number")
    list_filter = ("kind",)
    search_fields = ("explanation", "agent__alias")
    ordering = ("-at", "-pk")
    fields = ("at", "kind", "explanation", "agent", "number")
    readonly_fields = fields
    paginator = InfinitePaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Repair]:
        found: QuerySet[Repair] = super().get_queryset(request)
        return found.select_related("agent")

    def heading(self, obj: Repair) -> str:
        return obj.kind

    @admin.display(description=gettext_lazy("work item"))
    def number(self, repair: Repair) -> str:
        return str(repair.item_id or "–")
