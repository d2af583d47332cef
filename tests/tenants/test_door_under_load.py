"""Two companies through the door at once, by 200 coroutines and 32 threads, with errors, rollbacks, cancels, closed
connections and lazy querysets: no wrong row (P11)."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress
from uuid import UUID

import pytest
from django.db import connection, transaction

from contactcenter.lib.clock import now
from contactcenter.records.customers.models import Customer
from tenants.door import LazyResult, in_tenant, tenant

SCHEMAS = ["aurora", "borealis"]
COROUTINES, THREADS = 200, 32
EQUAL = UUID(int=7)  # the same key in both: a read in the wrong schema would find a row


class Disturbed(Exception):
    pass


@pytest.fixture
def marked(committed: str) -> None:
    for schema in SCHEMAS:
        with tenant(schema):
            Customer.objects.create(pk=EQUAL, name=schema, created_at=now())


def read_and_break_off(in_a_savepoint: bool) -> None:
    if in_a_savepoint:
        with suppress(Disturbed), transaction.atomic():
            with tenant(SCHEMAS[0]):
                Customer.objects.get(pk=EQUAL)
            raise Disturbed
    Customer.objects.filter(pk=EQUAL).update(name_key="x")
    raise Disturbed


def read(dice: float) -> str:
    """One row's name, read in one of the ways that have gone wrong elsewhere."""
    if dice < 0.05:
        with transaction.atomic():
            Customer.objects.filter(pk=EQUAL).update(name_key="x")
            raise Disturbed
    if dice < 0.1:  # what is read after it stands behind a rollback
        with suppress(Disturbed), transaction.atomic():
            read_and_break_off(dice < 0.075)
    if 0.1 <= dice < 0.15:
        connection.close()
    if dice < 0.3:
        with transaction.atomic():
            return Customer.objects.select_for_update().get(pk=EQUAL).name
    if dice < 0.4:
        return next(Customer.objects.iterator(chunk_size=1)).name
    if dice < 0.5:
        return next(iter(Customer.objects.raw("SELECT id, name FROM customers_customer"))).name
    return Customer.objects.get(pk=EQUAL).name


async def coroutine(reads: int, seed: int, wrong: list[str]) -> int:
    chance, done = random.Random(seed), 0
    while done < reads:
        schema, dice = chance.choice(SCHEMAS), chance.random()
        if dice > 0.97:
            with pytest.raises(LazyResult):
                await in_tenant(schema, Customer.objects.all)
            continue
        task = asyncio.ensure_future(in_tenant(schema, read, dice))
        if dice > 0.95:
            await asyncio.sleep(0)
            task.cancel()
        try:
            found = await task
        except (Disturbed, asyncio.CancelledError):
            continue
        done += 1
        if found != schema:
            wrong.append(f"{found} for {schema}")
    return done


def thread(reads: int, seed: int, wrong: list[str], counts: list[int]) -> None:
    chance, done = random.Random(seed), 0
    try:
        while done < reads:
            schema = chance.choice(SCHEMAS)
            try:
                with tenant(schema):
                    found = read(chance.random())
            except Disturbed:
                continue
            done += 1
            if found != schema:
                wrong.append(f"{found} for {schema}")
    finally:
        counts.append(done)
        connection.close()


async def interleave(reads: int) -> None:
    wrong: list[str] = []
    counts: list[int] = []
    threads = [
        threading.Thread(target=thread, args=(reads // 2 // THREADS + 1, seed, wrong, counts))
        for seed in range(THREADS)
    ]
    for one in threads:
        one.start()
    each = reads // 2 // COROUTINES + 1
    done = await asyncio.gather(*(coroutine(each, 1000 + seed, wrong) for seed in range(COROUTINES)))
    for one in threads:
        await asyncio.to_thread(one.join)
    assert len(counts) == THREADS
    assert sum(done) + sum(counts) >= reads
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_ten_thousand_reads(marked: None) -> None:
    await interleave(10_000)


@pytest.mark.soak
@pytest.mark.timeout(3000)
async def test_a_hundred_thousand_reads(marked: None) -> None:
    await interleave(100_000)
