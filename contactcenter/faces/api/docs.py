"""The API described: OpenAPI 3.1 for programs, a page to read and try for people. Both tell nothing of any company."""

from __future__ import annotations

import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.generators import SchemaGenerator


@cache
def description() -> str:
    """The same on every host and in every language."""
    with translation.override("en"):
        generator = SchemaGenerator(urlconf=settings.ROOT_URLCONF)
        return json.dumps(generator.get_schema(request=None, public=True), ensure_ascii=False, default=str)


@require_safe
@cache_control(public=True, no_cache=True)
@conditional_page
def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(description(), content_type="application/vnd.oai.openapi+json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
