from tenants.management.refused import instead

Command = instead(
    "delete_tenant", "companies are deactivated, never deleted; `manage.py backup --company` takes one out."
)
