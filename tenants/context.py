from django.http import HttpRequest

from tenants.branding import palette
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant


def company(request: HttpRequest) -> dict[str, object]:
    """On a company's host its row and colours, for pages that wear them; on the staff's nothing."""
    tenant: Tenant | None = getattr(request, "tenant", None)
    if tenant is None or tenant.schema_name == SHARED_SCHEMA:
        return {"company": None}
    return {"company": tenant, "colours": palette(tenant.colour)}
