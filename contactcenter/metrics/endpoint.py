"""GET /metrics, for whoever comes straight from an address of METRICS_ALLOWED, or with METRICS_TOKEN. For all others
there is nothing here. It stands before the hosts: a scraper names none of ours.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.metrics_core import GaugeMetricFamily

from contactcenter.lib import clock, metrics
from contactcenter.lib.client_address import is_address
from contactcenter.metrics.tables import Told, measured
from tenants.door import in_shared_apart, shared
from tenants.middleware import nothing_here

PATH = "/metrics"
# Whoever sends one of these has somebody else behind them.
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")

log = logging.getLogger(__name__)


@sync_and_async_middleware
def MetricsMiddleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if asyncio.iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            if request.path != PATH:
                response: HttpResponse = await get_response(request)
                return response
            if not may_read(request):
                return nothing_here()
            try:
                return written(await in_shared_apart(measured, clock.now()))
            except DatabaseError as error:
                return without_tables(error)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            response: HttpResponse = get_response(request)
            return response
        if not may_read(request):
            return nothing_here()
        try:
            with shared():
                return written(measured(clock.now()))
        except DatabaseError as error:
            return without_tables(error)

    return answer


def may_read(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD"):
        return False
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    peer = request.META.get("REMOTE_ADDR", "")
    if not is_address(peer) or any(name in request.headers for name in FORWARDED):
        return False
    networks = [ipaddress.ip_network(entry, strict=False) for entry in settings.METRICS_ALLOWED]
    return any(ipaddress.ip_address(peer) in network for network in networks)


def without_tables(error: DatabaseError) -> HttpResponse:
    """What was counted is told all the same."""
    log.warning("the tables could not be read for /metrics: %s", type(error).__name__)
    return written([GaugeMetricFamily("contactcenter_tables_read", "Whether the tables could be read.", value=0)])


def written(told: Told) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(Tables(told))
    text = exposition.generate_latest(metrics.of_all_processes()) + exposition.generate_latest(registry)
    return HttpResponse(text, content_type=exposition.CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class Tables:
    def __init__(self, told: Told) -> None:
        self.told = told

    def collect(self) -> Told:
        return self.told
