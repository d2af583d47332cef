"""A process that migrates the schemas it is told, one at a time, and reports each. It ends when nobody tells it more:
its parent is done, or dead.
"""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from contactcenter.lib.clock import now
    from tenants.migrating import fence
    from tenants.migrating.migrator import Migrator

    migrator, target = Migrator(), sys.argv[1]
    for line in sys.stdin:
        schema = line.strip()
        fence.started(schema, target, now())
        result = migrator.bring_up(schema)
        fence.ended(result, target, now())
        print(json.dumps({"schema": schema, "tries": result.tries, "error": result.error}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
