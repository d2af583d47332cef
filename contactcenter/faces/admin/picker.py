"""Which company's records: the one page from which they are entered."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.models import Tenant

COMPANIES_A_PAGE = 60


@require_GET
def companies(request: HttpRequest) -> HttpResponse:
    """Those that are not active too: their records stay to be read."""
    wanted = request.GET.get("q", "").strip()
    found = Tenant.objects.defer("logo").order_by("-is_active", "name")
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(schema_name__icontains=wanted))
    page = Paginator(found, COMPANIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "admin_face/companies.html", {"page": page, "wanted": wanted})
