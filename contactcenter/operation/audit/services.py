"""Writing down who did what, and proving later that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from contactcenter.operation.accounts.models import User
from contactcenter.operation.audit.actions import Action
from contactcenter.operation.audit.chain import Break, End, Link, digest, first_break
from contactcenter.operation.audit.kinds import ObjectKind
from contactcenter.operation.audit.models import Entry, Head
from tenants.door import SHARED_SCHEMA
from tenants.models import Tenant

ONE_LOOK = timedelta(minutes=15)  # whoever comes back to the same object within it still looks at it


@transaction.atomic
def record(
    *,
    action: Action,
    tenant: Tenant | None,
    actor: User | None,
    object_kind: ObjectKind,
    object_id: object,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """In the transaction of what it tells, as its last step: the company's chain is held until commit. `tenant` None:
    the BPO's own. `actor` None: the system, or a token named in `facts`. Facts are ids and names of fields, in JSON.
    """
    company = tenant or Tenant.with_shared.get(schema_name=SHARED_SCHEMA)
    Head.objects.bulk_create([Head(tenant=company)], ignore_conflicts=True)
    head = Head.objects.select_for_update(no_key=True).get(pk=company.pk)
    entry = Entry(
        tenant=company,
        sequence=head.sequence + 1,
        at=now,
        actor=actor,
        action=action.value,
        object_kind=str(object_kind),
        object_id=str(object_id),
        facts=dict(facts or {}),
    )
    entry.digest = digest(link(entry, company.schema_name), head.digest)
    entry.save(force_insert=True)
    Head.objects.filter(pk=company.pk).update(sequence=entry.sequence, digest=entry.digest)
    return entry


def record_look(
    *, action: Action, tenant: Tenant, actor: User, object_kind: ObjectKind, object_id: object, now: datetime
) -> Entry | None:
    """Once for as long as a person keeps looking: a page that reloads or a desk that reconnects is no second look."""
    looked = Entry.objects.filter(
        tenant=tenant, object_id=str(object_id), action=action.value, actor=actor, at__gt=now - ONE_LOOK
    )
    if looked.exists():
        return None
    return record(action=action, tenant=tenant, actor=actor, object_kind=object_kind, object_id=object_id, now=now)


def verify(tenant: Tenant, anchors: Iterable[End] = ()) -> Break | None:
    """The first place at which the company's chain does not hold; None: all of it does. Others may append meanwhile:
    what stood beyond the head before the head was read, was put in past it.
    """
    furthest = Entry.objects.filter(tenant=tenant).aggregate(number=Max("sequence"))["number"] or 0
    head = Head.objects.filter(pk=tenant.pk).first() or Head(tenant=tenant)
    if furthest > head.sequence:
        return Break(furthest, "was put in past the chain's head")
    return first_break(stored(tenant, head.sequence), End(head.sequence, head.digest), anchors)


def stored(tenant: Tenant, until: int) -> Iterator[tuple[Link, str]]:
    rows = Entry.objects.filter(tenant=tenant, sequence__lte=until).order_by("sequence")
    for entry in rows.iterator(chunk_size=2000):
        yield link(entry, tenant.schema_name), entry.digest


def link(entry: Entry, schema: str) -> Link:
    return Link(
        schema=schema,
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor_id,
        action=entry.action,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        facts=entry.facts,
    )


def rights_too_wide() -> list[str]:
    """What the role of this process may do to the log beyond appending; right after the migrations: nothing."""
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right_name FROM unnest(%s::text[]) right_name WHERE has_table_privilege(%s, right_name)",
            [["UPDATE", "DELETE", "TRUNCATE"], table],
        )
        return [name for (name,) in cursor.fetchall()]
