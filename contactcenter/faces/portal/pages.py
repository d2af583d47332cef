"""What every page of the portal has in common: whose company it is, in whose zone, and what its person may do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from contactcenter.lib import clock
from contactcenter.operation.accounts.models import Membership, User
from contactcenter.records.conversations.errors import NotFound
from tenants.models import Tenant

P = ParamSpec("P")


@dataclass(frozen=True)
class Guest:
    """One of the company's own people, at their company."""

    user: User
    company: Tenant
    role: str
    at: str  # which entry of the menu the page belongs to

    @property
    def is_manager(self) -> bool:
        return self.role == Membership.Role.MANAGER


def for_clients(
    view: Callable[Concatenate[HttpRequest, Guest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Gives the page its guest, and its times the company's zone. What is not of this company is missing. Which role
    may open the page stands in contactcenter/access; the company is the host's, whatever an address says.
    """

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        company: Tenant = request.tenant  # type: ignore[attr-defined]
        found = Membership.objects.select_related("user").filter(user=request.user.pk, tenant=company, is_active=True)
        membership = found.first()
        if membership is None:
            raise Http404
        guest = Guest(user=membership.user, company=company, role=membership.role, at=request.path.split("/")[2])
        request.guest = guest  # type: ignore[attr-defined]
        try:
            with timezone.override(clock.zone(company.timezone) or clock.zone("UTC")):
                return view(request, guest, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return page
