"""The two sites: the house as admins set it up, and behind it one company's records at a time.

Both are unfold's, of which only the lists and forms are left: signing in and out, passwords and searching across
everything are not theirs. Who may enter stands in contactcenter/access, and is asked here once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, update_wrapper
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_urlconf, path, reverse, set_urlconf
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_protect
from unfold.sites import UnfoldAdminSite

from contactcenter.faces.admin import shelves
from contactcenter.lib.clock import now
from contactcenter.operation.accounts.models import User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record_look
from tenants import door
from tenants.branding import palette
from tenants.middleware import being_updated
from tenants.models import Tenant
from tenants.names import is_schema_name

View = Callable[..., HttpResponseBase]
PAGES = frozenset({"index", "jsi18n"})
# Alpine, which unfold's lists run on, makes functions of what stands in attributes; and some of those set styles.
SCRIPTS = {"script-src": ["'unsafe-eval'"], "style-src-attr": ["'unsafe-inline'"]}


class HouseSite(UnfoldAdminSite):
    final_catch_all_view = False

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """By role alone: `is_superuser` opens nothing."""
        return isinstance(request.user, User) and request.user.is_active and request.user.is_staff

    def get_urls(self) -> list[URLPattern | URLResolver]:
        found: list[URLPattern | URLResolver] = super().get_urls()
        return [url for url in found if isinstance(url, URLResolver) or url.name in PAGES]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Around every view of the site."""

        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise PermissionDenied
            request.current_app = self.name
            response = self.answer(view, request, *args, **kwargs)
            response._csp_update = SCRIPTS  # type: ignore[attr-defined]
            return response

        return update_wrapper(csrf_protect(entered), view)

    def answer(self, view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Shelves instead, which say in plain words what is where."""
        return []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        del context["theme"]  # the person's own, from the context processor
        return {**context, "home": reverse("admin:index"), "shelves": shelves.of_house(request.path)}


class RecordsSite(HouseSite):
    """One company's records, at an address that names the company. Whatever is lazy is read before the door closes."""

    def answer(self, view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        company = company_of(kwargs.pop("schema"))
        if company.fenced_at is not None:
            return being_updated(request)
        urls = get_urlconf()
        set_urlconf(addresses_of(company.schema_name))
        try:
            with door.tenant(company.schema_name):
                request.records_of = company  # type: ignore[attr-defined]
                look_into(request, Action.RECORDS_OPENED, ObjectKind.RECORDS, company.schema_name)
                response = view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response
        finally:
            set_urlconf(urls)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        company = records_of(request)
        context = super().each_context(request)
        return {
            **context,
            "records_of": company,
            "colours": palette(company.colour),
            "shelves": shelves.of_records(request.path, company),
        }


def company_of(schema: str) -> Tenant:
    """A deactivated company's records can be read still. Raises Http404."""
    company = Tenant.objects.defer("logo").filter(schema_name=schema).first() if is_schema_name(schema) else None
    if company is None:
        raise Http404
    return company


def records_of(request: HttpRequest) -> Tenant:
    company: Tenant = request.records_of  # type: ignore[attr-defined]
    return company


def look_into(request: HttpRequest, action: Action, kind: ObjectKind, object_id: object) -> None:
    """The company can read who looked at what of it."""
    assert isinstance(request.user, User)
    record_look(
        action=action,
        tenant=records_of(request),
        actor=request.user,
        object_kind=kind,
        object_id=object_id,
        now=now(),
    )


class Addresses:
    """Those of the shared host, but that the records of one company need not be told which: Django's admin names its
    pages without any argument.
    """

    def __init__(self, schema: str) -> None:
        self.urlpatterns = [
            path(f"admin/companies/{schema}/", (pages_of_records(), "admin", records.name)),
            *import_string("contactcenter.urls.urlpatterns"),
        ]


@cache
def addresses_of(schema: str) -> Any:
    """As a urlconf, which may be any object with patterns."""
    return Addresses(schema)


@cache
def pages_of_records() -> list[URLPattern | URLResolver]:
    return records.get_urls()


house = HouseSite("admin")
records = RecordsSite("records")
SITES: Mapping[str, HouseSite] = {site.name: site for site in (house, records)}
