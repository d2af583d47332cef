"""From the host a request names to the company it is for. An unknown host gets nothing, not even our name."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.http.request import split_domain_port
from django.utils import translation
from django.utils.translation import gettext as _

from contactcenter.errors import answer
from contactcenter.lib.logs import about
from tenants import door
from tenants.models import Domain, Tenant

FENCED_RETRY_SECONDS = 60

NOTHING_HERE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found</title><h1>Not found</h1>'
    "<p>There is nothing at this address.</p></html>"
)


class HostMiddleware:
    """Sets `request.tenant` and the addresses that its host serves, and handles the request in the company's schema."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        tenant = tenant_of_host(host_of(request))
        if tenant is None:
            return nothing_here()
        if tenant.fenced_at is not None and not request.path.startswith(settings.STATIC_URL):  # the page's own looks
            return being_updated(request)
        about.add(company=tenant.schema_name)
        request.tenant = tenant  # type: ignore[attr-defined]
        if tenant.schema_name == door.SHARED_SCHEMA:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        with door.tenant(tenant.schema_name):
            return self.get_response(request)


def host_of(request: HttpRequest) -> str:
    """The host without its port, in small letters; empty when the header is no host at all."""
    try:
        return split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return ""


def tenant_of_host(host: str) -> Tenant | None:
    """The company, or the shared host's row. Unknown hosts and inactive companies: None. From any schema or none."""
    with door.shared():
        if host == settings.SHARED_HOST:
            return Tenant.with_shared.defer("logo").get(schema_name=door.SHARED_SCHEMA)
        domain = Domain.objects.select_related("tenant").defer("tenant__logo").filter(domain=host).first()
    return domain.tenant if domain and domain.tenant.is_active else None


def nothing_here() -> HttpResponse:
    return HttpResponseNotFound(
        NOTHING_HERE, headers={"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}
    )


def being_updated(request: HttpRequest) -> HttpResponse:
    """The company's migration failed: its tables are not what this program expects, so nothing reads them."""
    with translation.override(translation.get_language_from_request(request)):
        response = answer(
            request,
            503,
            _("This service is being updated"),
            _("What was written is safe. Please come back in a few minutes."),
        )
    response.headers["Retry-After"] = str(FENCED_RETRY_SECONDS)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; img-src 'self'"
    return response
