from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from contactcenter.records.webhooks import secret
from tenants import door
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Seal the secrets of all webhooks with the SECRET_KEY of today, before a former one is dropped."

    def handle(self, *args: Any, **options: Any) -> None:
        for schema in Tenant.objects.values_list("schema_name", flat=True):
            with door.tenant(schema), transaction.atomic():
                count = secret.reseal()
            self.stdout.write(f"{schema}: {count}")
