"""What a company's host serves of the company itself."""

from __future__ import annotations

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from tenants.models import Tenant


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    """As a picture and nothing else: opened on its own, a drawing may run and load nothing."""
    found = Tenant.objects.only("logo", "logo_type").get(pk=request.tenant.pk)  # type: ignore[attr-defined]
    if not found.logo:
        raise Http404
    content = bytes(found.logo)
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": f'"{sha256(content).hexdigest()[:20]}"',
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type=found.logo_type, headers=headers)
