from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter.lib.clock import now
from contactcenter.operation.accounts.api_tokens import make_token
from contactcenter.operation.accounts.models import ApiToken
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Make a token for a company's API (docs/api.md). Prints it once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="the company's schema")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument(
            "--right",
            action="append",
            required=True,
            choices=ApiToken.Right.values,
            help="what it may do; repeat for more",
        )
        parser.add_argument("--days", type=int, help="how long it lives; without it, until revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(schema_name=options["company"]).first()
        if tenant is None:
            raise CommandError(f"company: no company has the schema {options['company']!r}; create_tenant makes one")
        at = now()
        days = options["days"]
        try:
            made = make_token(
                tenant=tenant,
                name=options["name"],
                rights=options["right"],
                by=None,
                now=at,
                expires_at=None if days is None else at + timedelta(days=days),
            )
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                for message in messages:
                    self.stderr.write(f"{field}: {message}")
            raise CommandError("nothing was made") from error
        self.stderr.write(f"Token “{made.token.name}” of {tenant.name}. It is shown this once:")
        self.stdout.write(made.secret)
