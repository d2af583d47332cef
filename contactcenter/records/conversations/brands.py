"""What each company is called, read from the shared tables, for the wrong-brand guard."""

from __future__ import annotations

from collections import defaultdict

from contactcenter.records.conversations.brand_guard import Brand
from tenants.door import SHARED_SCHEMA
from tenants.models import Domain, Endpoint, Tenant


def own_and_others(tenant: Tenant) -> tuple[Brand, list[Brand]]:
    """Also of companies no longer served: an old canned reply still names them. Three queries."""
    hosts: dict[int, list[str]] = defaultdict(list)
    for tenant_id, host in Domain.objects.values_list("tenant_id", "domain"):
        hosts[tenant_id].append(host)
    for tenant_id, address in Endpoint.objects.filter(address__contains=".").values_list("tenant_id", "address"):
        hosts[tenant_id].append(address.rpartition("@")[2])
    brands = {
        pk: Brand(names=(name, *legal_names, *hosts[pk]), monogram=monogram)
        for pk, name, legal_names, monogram in Tenant.objects.exclude(schema_name=SHARED_SCHEMA).values_list(
            "pk", "name", "legal_names", "monogram"
        )
    }
    return brands.pop(tenant.pk), list(brands.values())
