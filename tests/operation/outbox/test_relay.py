"""What a relay makes of the rows: told once while all is well, never lost when somebody is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from channels.layers import get_channel_layer
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerAway
from psycopg.rows import dict_row
from redis.exceptions import ConnectionError as RedisAway

from contactcenter.operation.outbox import lines, relay, services
from contactcenter.operation.outbox.models import Event
from tenants.door import in_shared


@asynccontextmanager
async def open_line() -> AsyncIterator[relay.Line]:
    parameters = lines.parameters("a test's relay")
    async with await psycopg.AsyncConnection.connect(**parameters, row_factory=dict_row) as line:
        yield line


def write(number: int, *, schema: str = "aurora", group: str = "agent.1") -> None:
    services.write(
        [
            services.pushed(name="item.changed", group=group, schema=schema, object_id=str(each), revision=each)
            for each in range(number)
        ]
    )


async def left() -> list[Event]:
    return await in_shared(lambda: list(Event.objects.order_by("pk")))


@pytest.fixture
async def heard() -> AsyncIterator[list[dict[str, Any]]]:
    """What a consumer in the group of agent 1 gets."""
    layer, messages = get_channel_layer(), []
    channel = await layer.new_channel()
    await layer.group_add("agent.1", channel)

    async def listen() -> None:
        while True:
            messages.append(await layer.receive(channel))

    listening = asyncio.create_task(listen())
    yield messages
    listening.cancel()
    await layer.flush()


async def come(messages: list[Any], number: int) -> None:
    async with asyncio.timeout(10):
        while len(messages) < number:  # noqa: ASYNC110  the layer has no event to wait for
            await asyncio.sleep(0.01)


class NoRedis:
    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise RedisAway("gone for lunch")


async def test_a_push_reaches_its_group_and_its_row_is_gone(committed: str, heard: list[dict[str, Any]]) -> None:
    await in_shared(services.push, name="agent.changed", group="agent.1", object_id="1", revision=8)
    await in_shared(services.push, name="item.changed", group="agent.1", schema="aurora", object_id="5", revision=9)
    async with open_line() as line:
        assert await relay.tell_pushes(line) == 2
        assert await relay.tell_pushes(line) == 0
    await come(heard, 2)
    assert sorted(heard, key=lambda message: message["revision"]) == [
        {"type": "news", "name": "agent.changed", "schema": "", "object_id": "1", "revision": 8},
        {"type": "news", "name": "item.changed", "schema": "aurora", "object_id": "5", "revision": 9},
    ]
    assert await left() == []


async def test_in_the_order_of_writing(committed: str, heard: list[dict[str, Any]]) -> None:
    await in_shared(write, 40)
    async with open_line() as line:
        await relay.tell_pushes(line)
    await come(heard, 40)
    assert [message["revision"] for message in heard] == list(range(40))


async def test_a_company_with_much_to_tell_does_not_delay_the_others(
    committed: str, heard: list[dict[str, Any]]
) -> None:
    await in_shared(write, 3000, group="agent.2")
    await in_shared(write, 3, schema="borealis")
    async with open_line() as line:
        await relay.tell_pushes(line)
        await come(heard, 3)
        assert len(await left()) == 3000 - relay.SHARE
        while await relay.tell_pushes(line):
            pass
    assert await left() == []


async def test_several_relays_tell_each_row_once(committed: str, heard: list[dict[str, Any]]) -> None:
    await in_shared(write, 300)

    async def tell_all() -> int:
        told = 0
        async with open_line() as line:
            while await in_shared(Event.objects.exists):
                told += await relay.tell_pushes(line)
        return told

    assert sum(await asyncio.gather(*(tell_all() for _ in range(4)))) == 300
    await come(heard, 300)
    await asyncio.sleep(0.2)
    assert sorted(message["revision"] for message in heard) == list(range(300))


async def test_one_that_dies_half_way_leaves_its_rows_to_the_next(
    committed: str, heard: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_shared(write, 5)
    real, told = get_channel_layer(), []

    class Dying:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            told.append(message)
            if len(told) == 3:
                raise asyncio.CancelledError  # as if the process ended here
            await real.group_send(group, message)

    monkeypatch.setattr(relay, "get_channel_layer", Dying)
    with pytest.raises(asyncio.CancelledError):
        async with open_line() as line:
            await relay.tell_pushes(line)
    monkeypatch.undo()
    assert len(await left()) == 5
    async with open_line() as line:
        await relay.tell_pushes(line)
    await come(heard, 7)  # two of them twice: consumers read the rows anew
    assert {message["revision"] for message in heard} == set(range(5))


async def test_while_redis_is_away_rows_stay_and_are_told_afterwards(
    committed: str, heard: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_shared(write, 3)
    monkeypatch.setattr(relay, "get_channel_layer", NoRedis)
    async with open_line() as line:
        for _ in range(2):
            with pytest.raises(relay.Away, match="gone for lunch"):
                await relay.tell_pushes(line)
        assert [event.tries for event in await left()] == [1, 1, 0]
        monkeypatch.undo()
        async with asyncio.timeout(5):
            while await left():
                await relay.tell_pushes(line)
    await come(heard, 3)
    assert {message["revision"] for message in heard} == {0, 1, 2}


async def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    outage = relay.Outage("Redis")
    await outage.pause(RedisAway("a connection had gone stale"))
    outage.over()
    assert caplog.messages == []
    for _ in range(3):
        await outage.pause(RedisAway("refused\nand more of it"))
    outage.over()
    assert caplog.messages == ["Redis is away, nothing is lost, trying again: refused", "Redis is back"]


# Handled events -------------------------------------------------------------------------------------------------------
@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str]]:
    """What goes to the broker: task, event, company."""
    messages: list[tuple[str, int, str]] = []

    def send(task: str, event: dict[str, Any]) -> None:
        messages.append((task, event["id"], event["schema"]))

    monkeypatch.setattr(relay, "send", send)
    monkeypatch.setattr(relay, "task_for", {"thing.happened": "things.handle"}.get)
    return messages


async def test_a_handled_event_is_sent_and_sent_again_until_its_task_has_deleted_it(
    committed: str, sent: list[tuple[str, int, str]]
) -> None:
    await in_shared(services.handle, name="thing.happened", schema="aurora", object_id="7")
    async with open_line() as line:
        assert await relay.send_tasks(line) == 1
        assert await relay.send_tasks(line) == 0  # not due
        [event] = await left()
        assert sent == [("things.handle", event.pk, "aurora")]
        assert (event.tries, (event.next_try_at - event.created_at).total_seconds()) == (1, pytest.approx(10, abs=2))
        await line.execute("UPDATE outbox_event SET next_try_at = now()")
        assert await relay.send_tasks(line) == 1
        [event] = await left()
        assert (event.tries, (event.next_try_at - event.created_at).total_seconds()) == (2, pytest.approx(20, abs=4))
        assert len(sent) == 2
        assert await relay.tell_pushes(line) == 0


async def test_while_the_broker_is_away_they_stay(
    committed: str, sent: list[tuple[str, int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await in_shared(services.handle, name="thing.happened", object_id=str(number))
    works = relay.send

    def refuse(task: str, event: dict[str, Any]) -> None:
        raise BrokerAway("refused")

    monkeypatch.setattr(relay, "send", refuse)
    async with open_line() as line:
        with pytest.raises(relay.Away, match="refused"):
            await relay.send_tasks(line)
        monkeypatch.setattr(relay, "send", works)
        async with asyncio.timeout(5):
            while len(sent) < 3:
                await relay.send_tasks(line)
    assert len({event for _, event, _ in sent}) == 3


async def test_what_nobody_handles_is_kept_and_said(
    committed: str, sent: list[tuple[str, int, str]], caplog: pytest.LogCaptureFixture
) -> None:
    await in_shared(services.handle, name="never.heard_of", object_id="1")
    await in_shared(services.handle, name="thing.happened", object_id="2")
    async with open_line() as line:
        assert await relay.send_tasks(line) == 2
    assert len(sent) == 1
    assert "nobody handles never.heard_of" in caplog.text
    assert len(await left()) == 2


async def test_one_notification_a_transaction(committed: str) -> None:
    async with open_line() as line:
        await line.execute(f"LISTEN {services.RELAY_CHANNEL}")

        def write_twice() -> None:
            with transaction.atomic():
                write(2)
                write(2)

        await in_shared(write_twice)
        assert len([notice async for notice in line.notifies(timeout=0.5)]) == 1
