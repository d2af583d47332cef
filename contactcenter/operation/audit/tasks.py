from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.operation.audit.anchors import write_anchors


@shared_task(name="audit.anchor")
def anchor() -> None:
    write_anchors(now())
