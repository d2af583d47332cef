from tenants.management.refused import instead

Command = instead("create_missing_schemas", "`manage.py create_tenant` makes a company whole.")
