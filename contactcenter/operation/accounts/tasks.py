from __future__ import annotations

from celery import shared_task

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services


@shared_task(name="accounts.clear_expired_sessions")
def clear_expired_sessions() -> None:
    services.clear_expired_sessions(now=now())
