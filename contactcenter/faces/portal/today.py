"""Today, live: the company's own queues against what its contract asks for. The page asks for its figures anew every
5 s, by a fixed number of queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from contactcenter.faces.portal.pages import Guest, for_clients
from contactcenter.faces.portal.spoken import duration, percent
from contactcenter.gateways.webchat.opening import opening
from contactcenter.lib import clock
from contactcenter.operation.routing.figures import QueueFigures, Standing, Tally, figures_of, standing_of
from contactcenter.operation.routing.models import Queue
from tenants.models import Tenant


@dataclass(frozen=True)
class Level:
    """A service level against its target, in words: colour alone says nothing."""

    percent: str
    target: str
    tone: str  # a class of the pill
    icon: str
    words: str | Promise


@dataclass(frozen=True)
class Row:
    """One queue, or all of them together."""

    name: str
    level: Level
    within: str
    waiting: int
    longest: str
    in_hand: int
    today: Tally
    speed: str
    gave_up: str


@dataclass(frozen=True)
class Opening:
    """Of the company's chat. `moment`: until when it is open, or when it opens; none: always, or not within a year."""

    is_open: bool
    moment: datetime | None


WORDS: dict[Standing, tuple[str, str, str | Promise]] = {
    Standing.NONE: ("", "i-hourglass", _("Nothing measured yet")),
    Standing.ON_TARGET: ("ok", "i-check", _("On target")),
    Standing.AT_RISK: ("warn", "i-alert-triangle", _("Just below")),
    Standing.BELOW: ("bad", "i-alert-triangle", _("Below target")),
}


@require_safe
@for_clients
def today(request: HttpRequest, guest: Guest) -> HttpResponse:
    return render(request, "portal/today.html", facts(guest.company, clock.now()))


@require_safe
@for_clients
def now(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The parts of the page that move."""
    return render(request, "portal/_now.html", {**facts(guest.company, clock.now()), "again": True})


def facts(company: Tenant, now: datetime) -> dict[str, object]:
    figures = figures_of([company], now=now)[company.pk]
    names = dict(Queue.objects.filter(tenant=company).values_list("pk", "name"))
    return {
        "now": now,
        "opening": opening_of(company, now),
        "all": row_of_all(figures.queues, figures.target, now),
        "queues": [row_of(queue, names[queue.queue], now) for queue in figures.queues],
    }


def row_of(queue: QueueFigures, name: str, now: datetime) -> Row:
    return Row(
        name=name,
        level=level_of(queue.today, queue.target),
        within=duration(queue.within_seconds),
        waiting=queue.waiting,
        longest=duration((now - queue.longest_since).total_seconds() if queue.longest_since else None),
        in_hand=queue.in_hand,
        today=queue.today,
        speed=duration(queue.today.speed_of_answer),
        gave_up=percent(queue.today.abandoned_share),
    )


def row_of_all(queues: tuple[QueueFigures, ...], target: float, now: datetime) -> Row:
    total = sum((queue.today for queue in queues), Tally())
    longest = min((queue.longest_since for queue in queues if queue.longest_since), default=None)
    return Row(
        name="",
        level=level_of(total, target),
        within="",
        waiting=sum(queue.waiting for queue in queues),
        longest=duration((now - longest).total_seconds() if longest else None),
        in_hand=sum(queue.in_hand for queue in queues),
        today=total,
        speed=duration(total.speed_of_answer),
        gave_up=percent(total.abandoned_share),
    )


def level_of(tally: Tally, target: float) -> Level:
    tone, icon, words = WORDS[standing_of(tally.service_level, target)]
    return Level(percent=percent(tally.service_level), target=percent(target), tone=tone, icon=icon, words=words)


def opening_of(company: Tenant, now: datetime) -> Opening:
    state = opening(company, now)
    moment = state["until"] if state["open"] else state["opens"]
    return Opening(is_open=state["open"], moment=parse_datetime(moment) if moment else None)
