"""Every schema brought to the migrations of this program: the shared one, the template of new companies, the companies.

docs/migrations.md tells an operator what to expect and a developer what a migration may do.
"""
