from tenants.management.refused import instead

Command = instead("migrate_schemas", "`manage.py migrate_companies` brings all schemas up to date, safely and at once.")
