"""Ends of the chains, written daily to a file outside the database: whoever rewrites a whole chain there is found out.

One JSON object a line: {"at", "company", "sequence", "digest"}. Keep the file, or a copy of it, where the database's
administrators cannot write (AUDIT_ANCHORS).
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from contactcenter.operation.audit.chain import End
from contactcenter.operation.audit.models import Head


def write_anchors(now: datetime) -> int:
    """Gives how many chains there are."""
    path = Path(settings.AUDIT_ANCHORS)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    heads = Head.objects.select_related("tenant").order_by("tenant_id")
    lines = [
        json.dumps(
            {
                "at": now.isoformat(),
                "company": head.tenant.schema_name,
                "sequence": head.sequence,
                "digest": head.digest,
            }
        )
        for head in heads
    ]
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    return len(lines)


def read_anchors(schema: str) -> list[End]:
    path = Path(settings.AUDIT_ANCHORS)
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [End(row["sequence"], row["digest"]) for row in rows if row["company"] == schema]
