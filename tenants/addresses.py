"""Where a company's pages are, as its row says: never as the Host header of whoever asks."""

from __future__ import annotations

from django.conf import settings

from tenants.door import SHARED_SCHEMA
from tenants.models import Domain, Tenant


def public_address(tenant: Tenant, path: str = "/") -> str:
    """Of the company's primary host, or the staff's for the row of the shared host. In any schema."""
    if tenant.schema_name == SHARED_SCHEMA:
        host = settings.SHARED_HOST
    else:
        host = Domain.objects.get(tenant=tenant, is_primary=True).domain
    return f"{settings.PUBLIC_SCHEME}://{host}{settings.PUBLIC_PORT}{path}"
