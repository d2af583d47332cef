"""What a new company needs before its first chat: a queue, a pool to serve it, a widget, and an outcome to end with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from contactcenter.gateways.webchat.config import read_config
from contactcenter.operation.routing.models import Pool, Queue
from contactcenter.records.conversations.models import Disposition
from tenants import door
from tenants.addresses import public_address
from tenants.models import Endpoint, Tenant

OUTCOMES = (("handled", {"en": "Handled", "es": "Atendido"}), ("passed-on", {"en": "Passed on", "es": "Derivado"}))


@dataclass(frozen=True)
class FirstChat:
    tag: str  # the line for the company's website
    queue: Queue
    pool: Pool


@transaction.atomic
def open_chat(*, tenant: Tenant, origins: Sequence[str], queue_name: str, pool_name: str) -> FirstChat:
    """Keeps what the company has already; only the origins are set anew. Raises ValidationError for a wrong origin."""
    pool, _ = Pool.objects.get_or_create(name=pool_name)
    queue = Queue.objects.filter(tenant=tenant, channel="chat", is_default=True).first() or Queue.objects.create(
        tenant=tenant, pool=pool, key="chat", name=queue_name, is_default=True
    )
    endpoint, _ = Endpoint.objects.get_or_create(
        tenant=tenant,
        channel="chat",
        address="widget",
        defaults={"settings": {"identity_secret": secrets.token_urlsafe(32)}},
    )
    endpoint.settings["origins"] = list(origins)
    read_config(endpoint.settings)
    endpoint.save(update_fields=["settings"])
    with door.tenant(tenant.schema_name):
        if not Disposition.objects.exists():
            Disposition.objects.bulk_create(
                Disposition(key=key, label=label, position=position) for position, (key, label) in enumerate(OUTCOMES)
            )
    return FirstChat(tag=tag_of(tenant), queue=queue, pool=queue.pool)


def tag_of(tenant: Tenant) -> str:
    """The line for the company's website."""
    return f'<script src="{public_address(tenant, "/widget.js")}" async></script>'
