"""The router: offers waiting work to agents. Any number may run; one leads."""

from __future__ import annotations

import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand

from contactcenter.operation.routing import engine


class Command(BaseCommand):
    help = "Offers waiting work to agents, until stopped. Any number may run: one leads, the others stand by."

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            engine.run()
