"""What an agent may see, asked anew by every page and every socket frame. Run in the shared schema."""

from __future__ import annotations

from django.db.models import QuerySet

from contactcenter.operation.agents.models import Agent
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant


class NotYours(LookupError):
    """Foreign or missing: whoever asks cannot tell which."""


def served_companies(agent: Agent) -> QuerySet[Tenant]:
    return (
        Tenant.objects.filter(agents=agent, is_active=True)
        .exclude(schema_name=SHARED_SCHEMA)
        .defer("logo")
        .order_by("name")
    )


def served_company(agent: Agent, schema: str) -> Tenant:
    """The company, if this agent serves it now: whoever serves a company may read its conversations.

    Raises NotYours.
    """
    company = served_companies(agent).filter(schema_name=schema).first()
    if company is None:
        raise NotYours(schema)
    return company
