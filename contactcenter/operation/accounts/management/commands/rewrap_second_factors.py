from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from contactcenter.operation.accounts import factors


class Command(BaseCommand):
    help = (
        "Lock the secrets of second factors with today's SECRET_KEY; then a former one may leave SECRET_KEY_FALLBACKS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            done = factors.rewrap()
        self.stdout.write(f"{done} secrets are locked with today's key.")
