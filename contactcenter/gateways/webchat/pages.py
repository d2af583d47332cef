"""What the widget is made of: the loader, the frame, its colours, its hours. The same for everybody; no cookie is set
or read, for nothing may be stored before the chat is opened.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from contactcenter.gateways.webchat.config import NoWidget, WidgetConfig, widget_of
from contactcenter.gateways.webchat.opening import opening
from contactcenter.gateways.webchat.page import choose_language, frame_facts, loader_facts, text_in, topics
from contactcenter.lib import clock
from tenants.branding import palette
from tenants.models import Tenant

SHADES = {"solid": "--co", "on": "--co-on", "ink": "--co-ink", "soft": "--co-soft"}


@require_safe
def loader(request: HttpRequest) -> HttpResponse:
    """The one tag's script, with all it needs to know inside: the host page's policy may forbid it to ask for more."""
    tenant, _config = company(request)
    facts = json.dumps(loader_facts(tenant, own_origin(request)))
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return cached(request, f"{loader_source()}({facts});\n", "text/javascript; charset=utf-8", headers)


@cache
def loader_source() -> str:
    """A function expression, to be called with its facts."""
    return Path(finders.find("webchat/loader.js") or "").read_text().strip().removesuffix(";")


@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """The company's colours for both themes: a strict policy has no room for them in the page."""
    shades = palette(company(request)[0].colour)

    def rule(theme: Any) -> str:
        return ":root{" + "".join(f"{name}:{theme[shade]};" for shade, name in SHADES.items()) + "}"

    text = f"{rule(shades['light'])}\n@media (prefers-color-scheme:dark){{{rule(shades['dark'])}}}\n"
    return cached(request, text, "text/css; charset=utf-8", {})


def cached(request: HttpRequest, text: str, kind: str, more: dict[str, str]) -> HttpResponse:
    headers = {"Cache-Control": "public, max-age=300", "ETag": f'"{sha256(text.encode()).hexdigest()[:20]}"', **more}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(text, content_type=kind, headers=headers)


@require_safe
@xframe_options_exempt
def frame(request: HttpRequest) -> HttpResponse:
    """Only the company's own websites may show it: frame-ancestors says so, in place of X-Frame-Options."""
    tenant, config = company(request)
    language = language_of(request, tenant)
    with translation.override(language):
        queues = topics(tenant, language)
        context = {
            "tenant": tenant,
            "language": language,
            "facts": frame_facts(tenant, config, language=language, has_topics=len(queues) > 1, now=clock.now()),
            "queues": queues,
            "privacy": text_in(config.privacy, tenant, language),
            "privacy_link": config.privacy_link,
            "transcript": config.transcript,
            "has_logo": bool(tenant.logo_type),
        }
        response = render(request, "webchat/frame.html", context)
    response.headers["Content-Security-Policy"] = frame_policy(request, config)
    response.headers["Cache-Control"] = "no-cache"
    return response


def frame_policy(request: HttpRequest, config: WidgetConfig) -> str:
    # Not every browser takes 'self' for the socket of the same host.
    socket = own_origin(request).replace("http", "ws", 1)
    ancestors = " ".join(config.origins) or "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        f"connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        f"frame-ancestors {ancestors}"
    )


@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    tenant, _config = company(request)
    return JsonResponse(opening(tenant, clock.now()), headers={"Cache-Control": "public, max-age=30"})


def language_of(request: HttpRequest, tenant: Tenant) -> str:
    accepted = [code for code, _q in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return choose_language(request.GET.get("language", ""), accepted, tenant)


def company(request: HttpRequest) -> tuple[Tenant, WidgetConfig]:
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    try:
        return tenant, widget_of(tenant)
    except NoWidget:
        raise Http404 from None


def own_origin(request: HttpRequest) -> str:
    return f"{settings.PUBLIC_SCHEME}://{request.get_host()}"
