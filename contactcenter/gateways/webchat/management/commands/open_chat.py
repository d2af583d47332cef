from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter.gateways.webchat.first_chat import open_chat
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Give a company its chat: queue, pool, widget and outcomes. Prints the line for its website."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("schema", help="the company's schema")
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            required=True,
            help="a website that may show the chat, as https://www.example.com; repeat for more",
        )
        parser.add_argument("--queue", default="Chat", help="name of the queue, where it has none yet")
        parser.add_argument("--pool", default="Shared floor", help="the agents who serve it")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(schema_name=options["schema"]).first()
        if tenant is None:
            raise CommandError(f"schema: no company has the schema {options['schema']!r}; create_tenant makes one")
        try:
            made = open_chat(
                tenant=tenant, origins=options["origin"], queue_name=options["queue"], pool_name=options["pool"]
            )
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                for message in messages:
                    self.stderr.write(f"{field}: {message}")
            raise CommandError("nothing was changed") from error
        serving = made.pool.agents.filter(tenants=tenant, is_active=True).count()
        self.stdout.write(f"Queue “{made.queue.name}”, pool “{made.pool.name}”: {serving} agents serve {tenant.name}.")
        self.stdout.write(made.tag)
