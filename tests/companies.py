"""The three companies that every test database has: open day and night, English first."""

from datetime import time

from django.core.management import call_command

from tenants.services import NewTenant, create_tenant

COMPANIES = {
    "aurora": ("Aurora Travel", "AT", "#6a3fd0", "Europe/London"),
    "borealis": ("Borealis Bank", "BB", "#0b7080", "Europe/Madrid"),
    "cumbre": ("Cumbre Foods", "CF", "#b04a06", "America/New_York"),
}


def seed_companies() -> None:
    call_command("migrate_companies", verbosity=0)
    for schema, (name, monogram, colour, timezone) in COMPANIES.items():
        create_tenant(
            NewTenant(
                schema=schema,
                name=name,
                hosts=[f"{schema}.localhost"],
                colour=colour,
                monogram=monogram,
                timezone=timezone,
                languages=["en", "es"],
                greeting={"en": "{company}, hello, this is {agent}.", "es": "{company}, hola, soy {agent}."},
                opening_hours=[(weekday, time(0), time(0)) for weekday in range(7)],
            )
        )
