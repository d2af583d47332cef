"""One line for each request, by the name of its route: no address, which may hold a key or what somebody searched for.
And the request's own id, which goes back to whoever asked and along to whatever it sets going.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from contactcenter.lib import metrics
from contactcenter.lib.logs import about

HEADER = "X-Request-ID"
STATIC, NONE = "static", "none"  # files of the product; addresses that lead nowhere

log = logging.getLogger("access")


@sync_and_async_middleware
def RequestLineMiddleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if asyncio.iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            key, started = begin(request), perf_counter()
            return end(request, await get_response(request), key, started)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        key, started = begin(request), perf_counter()
        return end(request, get_response(request), key, started)

    return answer


def begin(request: HttpRequest) -> str:
    key = about.taken_or_made(request.headers.get(HEADER, ""))
    about.begin(request_id=key)
    return key


def end(request: HttpRequest, response: HttpResponseBase, key: str, started: float) -> HttpResponseBase:
    response.headers[HEADER] = key
    route, method = route_of(request), known_method(request)
    seconds = perf_counter() - started
    metrics.requests.labels(route, str(response.status_code)).observe(seconds)
    ms = round(1000 * seconds)
    told = {"route": route, "method": method, "status": response.status_code, "ms": ms}
    level = logging.DEBUG if route == STATIC else logging.INFO
    log.log(level, "%s %s %d %d ms", method, route, response.status_code, ms, extra=told)
    return response


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.view_name or NONE
    return STATIC if request.path.startswith(settings.STATIC_URL) else NONE


def known_method(request: HttpRequest) -> str:
    """Anybody may send any word for one."""
    method = request.method or ""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "OTHER"
