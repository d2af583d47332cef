"""Lists as CSV files. Whoever takes one along is written down: how many rows, and by which filters, not what for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from contactcenter.faces.portal.pages import Guest
from contactcenter.lib import clock
from contactcenter.lib.csv_text import csv_text
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.services import record

MOST_ROWS = 10_000


def export(
    guest: Guest, name: str, heads: Iterable[object], rows: Sequence[Iterable[object]], *, filters: Iterable[str]
) -> HttpResponse:
    at = clock.now()
    record(
        action=Action.EXPORTED,
        tenant=guest.company,
        actor=guest.user,
        object_kind=ObjectKind.LIST,
        object_id=name,
        now=at,
        facts={"rows": len(rows), "filters": sorted(filters)},
    )
    response = HttpResponse(csv_text(heads, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{guest.company.schema_name}-{name}-{at:%Y-%m-%d}.csv"'
    )
    return response
