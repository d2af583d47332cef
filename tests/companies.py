"""The three companies that every test database has: open day and night, English first."""

from django.core.management import call_command

from tenants.models import Domain, OpeningHours, Tenant

COMPANIES = {
    "aurora": ("Aurora Travel", "AT", "#6a3fd0", "Europe/London"),
    "borealis": ("Borealis Bank", "BB", "#0b7080", "Europe/Madrid"),
    "cumbre": ("Cumbre Foods", "CF", "#b04a06", "America/New_York"),
}


def seed_companies() -> None:
    call_command("migrate_schemas", schema_name="public", interactive=False, verbosity=0)
    for schema, (name, monogram, colour, timezone) in COMPANIES.items():
        tenant = Tenant.objects.create(
            schema_name=schema,
            name=name,
            monogram=monogram,
            colour=colour,
            timezone=timezone,
            languages=["en", "es"],
            greeting={"en": "{company}, hello, this is {agent}.", "es": "{company}, hola, soy {agent}."},
        )
        tenant.create_schema(verbosity=0)
        Domain.objects.create(tenant=tenant, domain=f"{schema}.localhost", is_primary=True)
        OpeningHours.objects.bulk_create(
            OpeningHours(tenant=tenant, weekday=weekday, opens="00:00", closes="00:00") for weekday in range(7)
        )
