from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import revoke_token
from contactcenter.operation.accounts.models import ApiToken


class Command(BaseCommand):
    help = "Revoke tokens of a company's API by their name: the next request with one is refused (docs/api.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="the company's schema")
        parser.add_argument("--name", required=True, help="what the token was made for")

    def handle(self, *args: Any, **options: Any) -> None:
        tokens = ApiToken.objects.filter(tenant__schema_name=options["company"], revoked_at=None)
        found = [
            token for token in tokens.filter(name=options["name"]) if revoke_token(token=token, by=None, now=now())
        ]
        if not found:
            known = ", ".join(f"“{name}”" for name in tokens.order_by("name").values_list("name", flat=True)) or "none"
            raise CommandError(f"name: no token of this company is called so; those that count: {known}")
        self.stdout.write(f"{len(found)} revoked.")
