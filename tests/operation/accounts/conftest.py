from __future__ import annotations

import pytest
from django.conf import settings

from contactcenter.lib import rate_limit


@pytest.fixture
def no_counts_of_before() -> None:
    forget_counts()


def forget_counts() -> None:
    """Nobody has tried to sign in for an hour. Of this worker's tests alone: the others count in the same Redis."""
    for key in rate_limit.client().scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:cache:*"):
        rate_limit.client().delete(key)
