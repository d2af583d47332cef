"""`manage.py verify_audit`: whether anybody changed what was written down."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contactcenter.operation.audit.anchors import read_anchors
from contactcenter.operation.audit.models import Head
from contactcenter.operation.audit.services import rights_too_wide, verify
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Recomputes each company's audit chain and compares it with the anchors outside the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("companies", nargs="*", metavar="COMPANY", help="schema names; by default all")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.with_shared.defer("logo").order_by("schema_name")
        if names := options["companies"]:
            tenants = tenants.filter(schema_name__in=names)
            if unknown := set(names) - {tenant.schema_name for tenant in tenants}:
                raise CommandError(f"No company has the schema {', '.join(sorted(unknown))}.")
        wrong = [line for tenant in tenants if (line := self.what_breaks(tenant))]
        wrong += [f"This process's role may {right} entries: revoke it (docs/audit.md)." for right in rights_too_wide()]
        if wrong:
            raise CommandError("\n".join(wrong))

    def what_breaks(self, tenant: Tenant) -> str | None:
        broken = verify(tenant, read_anchors(tenant.schema_name))
        if broken:
            return f"{tenant.schema_name}: entry {broken.sequence} {broken.why}."
        length = Head.objects.filter(pk=tenant.pk).values_list("sequence", flat=True).first() or 0
        self.stdout.write(f"{tenant.schema_name}: {length} entries, unbroken")
        return None
