from tenants.management.refused import instead

Command = instead("rename_schema", "files, news and backups of a company go by the name of its schema.")
