"""The row of the shared host. Its address is the setting SHARED_HOST, so it has no Domain row."""

from typing import Any

from django.db import migrations


def make_shared_host(apps: Any, schema_editor: Any) -> None:
    apps.get_model("tenants", "Tenant").objects.create(
        schema_name="public", name="Shared host", monogram="CC", colour="#206bc4", languages=["en", "es"]
    )


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [migrations.RunPython(make_shared_host, migrations.RunPython.noop)]
