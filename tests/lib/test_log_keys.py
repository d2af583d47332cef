"""What stands in a log of an address that is a key."""

import logging

import pytest

from contactcenter.lib.log_keys import HideKeys


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("Internal Server Error: /wall/Zm9v-Yg_8/", "Internal Server Error: /wall/…/"),
        ("GET /accounts/password/reset/key/1-c5-abc/ failed", "GET /accounts/password/reset/key/…/ failed"),
        ("Internal Server Error: /desk/aurora/", "Internal Server Error: /desk/aurora/"),
    ],
)
def test_keys_are_left_out(said: str, logged: str) -> None:
    what, _, rest = said.partition(": ")
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "%s: %s" if rest else "%s", (what, rest) if rest else (said,), None
    )
    assert HideKeys().filter(record)
    assert record.getMessage() == logged
