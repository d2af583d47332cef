from tenants.management.refused import instead

Command = instead("clone_tenant", "`manage.py create_tenant` makes a company; another one's rows are not for it.")
