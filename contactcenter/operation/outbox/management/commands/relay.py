"""The relay: tells what the outbox holds. Any number may run."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand

import contactcenter.celery  # noqa: F401  the app that tasks are sent by
from contactcenter.operation.outbox import relay


class Command(BaseCommand):
    help = "Tells sockets and tasks what the outbox holds, until stopped. Any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(until_stopped())


async def until_stopped() -> None:
    work = asyncio.create_task(relay.run())
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()  # it ends by itself only by an error
