"""A line to PostgreSQL of a process's own, to hear notifications and to hold session locks.

Never one of Django's connections: from a pool, a session's lock would stay held after `connection.close()`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

# Options that Django reads itself; all others are libpq's.
OF_DJANGO = ("pool", "assume_role", "isolation_level", "server_side_binding")
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def parameters(name: str) -> dict[str, Any]:
    """For psycopg's connect, with `name` as PostgreSQL's lists show it."""
    settings = connection.settings_dict
    place = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    options = {key: value for key, value in settings["OPTIONS"].items() if key not in OF_DJANGO}
    return {
        **{key: value for key, value in place.items() if value},
        **PATIENCE,
        **options,
        "application_name": name,
        "autocommit": True,
    }
