"""Backups of the whole house and of one company, and the way back. docs/backup.md is the page for the operator.

One archive is one zip file: `manifest.json` with counts and checksums, the database's part, the files of the companies.
"""
