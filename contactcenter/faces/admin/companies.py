"""Client companies and their chat widgets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contactcenter.faces.admin.base import HouseAdmin, HouseForm, acting
from contactcenter.faces.admin.company_fields import DAYS, brand_fields, hours_fields, new_tenant, read_logo, who_fields
from contactcenter.faces.admin.sites import house
from contactcenter.lib.clock import now
from contactcenter.operation.accounts import companies
from tenants.addresses import public_address
from tenants.branding import palette
from tenants.changing import as_it_is
from tenants.models import Tenant


class CompanyForm(HouseForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["logo_content"] = read_logo(cleaned) if "logo" in cleaned else None
        return cleaned


@admin.register(Tenant, site=house)
class CompanyAdmin(HouseAdmin):
    """Made by the wizard, which asks for all that a company needs at once."""

    form = CompanyForm
    list_display = ("name", "schema_name", "main_host", "contract", "is_active", "records_link")
    list_filter = ("is_active", "contract")
    search_fields = ("name", "schema_name", "domains__domain")
    search_help_text = gettext_lazy("Name, schema or host")
    ordering = ("name",)
    columns = ("is_active",)
    readonly_fields = ("schema_name", "links", "preview", "widget_link")
    actions = ("deactivate", "reactivate")
    can_add = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        found: QuerySet[Tenant] = super().get_queryset(request)
        return found.defer("logo").prefetch_related("domains")

    @admin.display(description=gettext_lazy("host"))
    def main_host(self, tenant: Any) -> str:
        hosts = sorted(tenant.domains.all(), key=lambda domain: (not domain.is_primary, domain.pk))
        return hosts[0].domain if hosts else "–"

    @admin.display(description=gettext_lazy("records"))
    def records_link(self, tenant: Tenant) -> str:
        address = reverse("records:index", kwargs={"schema": tenant.schema_name})
        return format_html('<a href="{}">{}</a>', address, _("Records"))

    @admin.display(description=gettext_lazy("go to"))
    def links(self, tenant: Tenant) -> str:
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a> · {}',
            *(public_address(tenant), _("Portal"), public_address(tenant, "/widget/"), _("Chat alone on a page")),
            self.records_link(tenant),
        )

    @admin.display(description=gettext_lazy("chat widget"))
    def widget_link(self, tenant: Tenant) -> str:
        endpoint = tenant.endpoints.filter(channel="chat").first()
        if endpoint is None:
            address = f"{reverse('admin:tenants_endpoint_add')}?tenant={tenant.pk}"
            return format_html('<a href="{}">{}</a>', address, _("Open a chat for this company"))
        address = reverse("admin:tenants_endpoint_change", args=[endpoint.pk])
        return format_html('<a href="{}">{}</a>', address, _("Origins, form and texts of the widget"))

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, tenant: Tenant) -> str:
        return preview(tenant.name, tenant.monogram, tenant.colour, greeting_of(tenant))

    def get_fieldsets(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        who = ["name", "schema_name", "is_active", "links", "widget_link", "hosts", "legal_names", "contract"]
        return [
            (None, {"fields": who}),
            (
                _("Brand"),
                {"fields": ["preview", "colour", "monogram", "logo", "without_logo", "languages", "greeting"]},
            ),
            (_("Hours and holidays"), {"fields": ["timezone", *(day for day, _label in DAYS), "holidays"]}),
        ]

    def more_fields(self, request: HttpRequest, obj: Tenant | None) -> dict[str, forms.Field]:
        now = as_it_is(obj) if obj else None
        logo = {"without_logo": forms.BooleanField(label=_("Remove the logo"), required=False)}
        return {**who_fields(now), **brand_fields(now), **logo, **hours_fields(now)}

    def keep(self, request: HttpRequest, obj: Tenant, form: Any, *, change: bool) -> Tenant:
        data, by, at = form.cleaned_data, acting(request), now()
        before = Tenant.objects.get(pk=obj.pk)
        wanted = new_tenant(data, schema=before.schema_name, logo=data["logo_content"])
        companies.change_company(tenant=before, wanted=wanted, without_logo=data["without_logo"], by=by, now=at)
        if data["is_active"] != before.is_active:
            act = companies.reactivate_company if data["is_active"] else companies.deactivate_company
            act(tenant=before, by=by, now=at)
        return before

    @admin.action(description=gettext_lazy("Deactivate: its hosts answer nobody, its records stay"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        by = acting(request)
        self.each(
            request,
            queryset.filter(is_active=True),
            lambda tenant: companies.deactivate_company(tenant=tenant, by=by, now=now()),
            _("Deactivated: {count}"),
        )

    @admin.action(description=gettext_lazy("Reactivate"))
    def reactivate(self, request: HttpRequest, queryset: QuerySet[Tenant]) -> None:
        by = acting(request)
        self.each(
            request,
            queryset.filter(is_active=False),
            lambda tenant: companies.reactivate_company(tenant=tenant, by=by, now=now()),
            _("Reactivated: {count}"),
        )


def preview(name: str, monogram: str, colour: str, greeting: str) -> str:
    """How the company looks on a light and on a dark screen: drawn, since no style may stand in a page."""
    shades = palette(colour)
    return render_to_string(
        "admin_face/_preview.html",
        {"name": name, "monogram": monogram, "greeting": greeting, "themes": [shades["light"], shades["dark"]]},
    )


def greeting_of(tenant: Tenant) -> str:
    phrase = str(tenant.greeting.get(tenant.default_language, ""))
    return phrase.replace("{company}", tenant.name).replace("{agent}", _("(alias)"))
