"""Rights are taken away while the person hammers the pages: no request that starts afterwards gets through (P12)."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from contactcenter.lib.clock import now
from contactcenter.operation.accounts import services
from contactcenter.operation.accounts.models import User
from tenants.door import shared
from tests.signed_in import signed_in

ROUNDS, PAGES = 10, ["/", "/accounts/password/change/", "/desk/colleagues/", "/desk/"]


def hammer(browser: Any, page: str, seen: list[tuple[float, int]], stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            started = time.monotonic()
            seen.append((started, browser.get(page).status_code))
    finally:
        connection.close()


def let_in(seen: list[tuple[float, int]]) -> None:
    """Until each page has been read, whatever the machine takes for it."""
    deadline = time.monotonic() + 30
    while len([status for _started, status in seen if status != 302]) < len(PAGES):
        assert time.monotonic() < deadline, "they are not let in before it"
        time.sleep(0.01)


@pytest.mark.slow
def test_nothing_that_starts_after_the_revocation_gets_through(committed: str) -> None:
    with shared():
        ada = User.objects.create(email="ada@bpo.example", name="Ada", role="admin")
        ines = User.objects.create(email="ines@bpo.example", name="Inés", role="supervisor")
        for _ in range(ROUNDS):
            stop = threading.Event()
            seen: list[tuple[float, int]] = []
            threads = [
                threading.Thread(target=hammer, args=(signed_in(ines, raise_request_exception=False), page, seen, stop))
                for page in PAGES
            ]
            for one in threads:
                one.start()
            let_in(seen)
            services.change_role(
                user=ines, role="agent" if ines.role == "supervisor" else "supervisor", by=ada, now=now()
            )
            revoked = time.monotonic()
            time.sleep(0.2)
            stop.set()
            for one in threads:
                one.join()
            after = {status for started, status in seen if started > revoked}
            assert after == {302}, "to the sign-in"
