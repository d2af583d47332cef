class BackupRefused(Exception):
    """Says what stands in the way and what to do about it."""
