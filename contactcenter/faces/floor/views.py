"""The supervisor's pages. What moves on the floor comes by its socket, not from here."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contactcenter.faces.floor.forms import NoticeForm, WallboardForm
from contactcenter.lib import clock
from contactcenter.operation.accounts.models import User
from contactcenter.operation.notices import services as notice_services
from contactcenter.operation.wallboards import services as wallboard_services
from tenants.models import Tenant


@require_GET
def floor(request: HttpRequest) -> HttpResponse:
    """With the companies whose conversations this person may open on their own desk."""
    served = Tenant.objects.filter(agents__user=user_of(request), agents__is_active=True, is_active=True)
    return render(request, "floor/floor.html", {"served": " ".join(served.values_list("schema_name", flat=True))})


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.post(by=user_of(request), now=now):
        return redirect("floor:notices")
    standing = list(notice_services.standing_at(now))
    return render(
        request, "floor/notices.html", {"form": form, "notices": standing}, status=400 if form.errors else 200
    )


@require_POST
def end_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    notice_services.take_down(notice_id=notice_id, by=user_of(request), now=clock.now())
    return redirect("floor:notices")


@require_http_methods(["GET", "POST"])
def walls(request: HttpRequest) -> HttpResponse:
    """A new one's address is shown in the answer to its form, and nowhere else."""
    now = clock.now()
    form = WallboardForm(request.POST or None)
    made = form.make(by=user_of(request), now=now) if request.method == "POST" and form.is_valid() else None
    screens = wallboard_services.alive(now).select_related("tenant", "made_by").defer("tenant__logo")
    facts = {
        "form": WallboardForm() if made else form,
        "walls": list(screens.order_by("name", "pk")),
        "made": made,
        "address": request.build_absolute_uri(f"/wall/{made.token}/") if made else "",
    }
    return render(request, "floor/walls.html", facts, status=400 if form.errors else 200)


@require_POST
def revoke_wall(request: HttpRequest, wallboard_id: int) -> HttpResponse:
    wallboard_services.revoke(wallboard_id=wallboard_id, by=user_of(request), now=clock.now())
    return redirect("floor:walls")


@require_GET
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """For a screen that nobody signs in at. Its address is its key: no other page and no cache may learn it."""
    wallboard = wallboard_services.wallboard_of(token, now=clock.now())
    if wallboard is None:
        raise Http404
    response = render(request, "floor/wall.html", {"wallboard": wallboard})
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def user_of(request: HttpRequest) -> User:
    """Signed in: the policy table has let nobody else through."""
    return cast(User, request.user)
