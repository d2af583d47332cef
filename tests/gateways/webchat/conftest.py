from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from redis import Redis

from contactcenter.lib import rate_limit
from tenants.models import Tenant
from tests.webchat import give_widget


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Each test starts with full buckets."""
    forget_limits()
    yield
    forget_limits()


def forget_limits() -> None:
    prefix = cache.key_prefix
    client: Redis = rate_limit.client()
    for key in client.scan_iter(f"{prefix}:rate:*"):
        client.delete(key)


@pytest.fixture
def aurora(db: None) -> Tenant:
    return give_widget("aurora").tenant


@pytest.fixture
def borealis(db: None) -> Tenant:
    return give_widget("borealis").tenant
