"""What every socket keeps to, whatever comes: a small consumer of its own shows it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from channels_app import frames, open_sockets
from channels_app.close_codes import Close
from channels_app.frames import BadFrame, CloseSocket, Frame, FrameConsumer, Refused, answers, hears, read_frame
from contactcenter.lib.logs.lines import AsText

GROUP = "tests.frames"


class Echo(FrameConsumer):
    async def opened(self) -> None:
        await self.join(GROUP)

    @hears("hello")
    async def hello(self, frame: Frame) -> None:
        await self.send_frame("welcome", name="echo")

    @answers("say")
    async def say(self, frame: Frame) -> Frame:
        return {"said": frames.text_of(frame, "text")}

    @answers("refuse")
    async def refuse(self, frame: Frame) -> Frame:
        raise Refused("wrong_brand", "Not so", field="text", found=["Borealis"])

    @answers("break")
    async def break_down(self, frame: Frame) -> Frame:
        raise ValueError(f"the row held: {frame['text']}")

    @answers("away")
    async def go_away(self, frame: Frame) -> Frame:
        raise OperationalError("server closed the connection")

    @answers("revoke")
    async def revoke(self, frame: Frame) -> Frame:
        raise CloseSocket(Close.REVOKED)

    @hears("slow")
    async def be_slow(self, frame: Frame) -> None:
        await asyncio.sleep(0.5)

    @hears("pour")
    async def pour(self, frame: Frame) -> None:
        for number in range(frames.number_of(frame, "count")):
            await self.send_frame("drop", number=number)

    @hears("heartbeat")
    async def heartbeat(self, frame: Frame) -> None:
        await self.send_frame("heartbeat", rev=frames.number_of(frame, "rev"))

    @hears("ack")
    async def ack(self, frame: Frame) -> None:
        self.unread.acknowledge(0, highest=0)

    async def news(self, message: Frame) -> None:
        if message["name"] == "broken":
            raise ValueError
        await self.send_frame("news", object_id=message["object_id"])

    async def typing(self, message: Frame) -> None:
        await self.send_frame("typing", on=message["on"])


class Client:
    def __init__(self) -> None:
        self.socket = WebsocketCommunicator(Echo.as_asgi(), "/")
        self.heard = 0

    async def open(self) -> None:
        assert (await self.socket.connect())[0]
        assert (await self.ask("hello", id=None))["t"] == "welcome"

    async def send(self, t: str, **fields: Any) -> None:
        await self.socket.send_json_to({"v": 1, "t": t, **fields})

    async def raw(self, text: str | None = None, *, data: bytes | None = None) -> None:
        await self.socket.send_to(text_data=text, bytes_data=data)

    async def ask(self, t: str, **fields: Any) -> Frame:
        await self.send(t, **{"id": str(uuid4()), **fields})
        return await self.read()

    async def read(self) -> Frame:
        frame = dict(await self.socket.receive_json_from(timeout=3))
        self.heard += 1
        assert frame.pop("n") == self.heard
        return frame

    async def closed(self) -> int:
        while (output := await self.socket.receive_output(timeout=3))["type"] != "websocket.close":
            pass
        return int(output["code"])


@pytest.fixture
async def client() -> Any:
    client = Client()
    await client.open()
    yield client
    await client.socket.disconnect(timeout=3)


async def test_a_request_is_answered_by_its_id(client: Client) -> None:
    key = str(uuid4())
    assert await client.ask("say", id=key, text="hi") == {"v": 1, "t": "ok", "id": key, "said": "hi"}


async def test_who_asks_faster_than_it_can_be_answered_is_let_go(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the rate, while the database is slow: what waits is memory of the process that everybody shares."""
    monkeypatch.setattr(frames, "MOST_WAITING", 5)
    for _ in range(8):
        await client.send("slow")
    assert await client.closed() == Close.TOO_OFTEN


async def test_a_refusal_says_why_where_and_what(client: Client) -> None:
    key = str(uuid4())
    assert await client.ask("refuse", id=key) == {
        "v": 1,
        "t": "error",
        "id": key,
        "code": "wrong_brand",
        "message": "Not so",
        "field": "text",
        "found": ["Borealis"],
    }


async def test_an_unknown_frame_is_an_error_and_the_socket_goes_on(client: Client) -> None:
    for name in ("nothing", "__class__", "run", "close", "news", "", "x" * 1000):
        assert (await client.ask(name))["code"] == "unknown"
    assert (await client.ask("say", text="still here"))["t"] == "ok"


async def test_unknown_fields_are_ignored(client: Client) -> None:
    assert (await client.ask("say", text="hi", colour="red", name="y"))["t"] == "ok"


async def test_a_field_of_another_kind_is_an_error_at_the_field(client: Client) -> None:
    for value in (None, 5, [], {}, True):
        answer = await client.ask("say", text=value)
        assert (answer["code"], answer["field"]) == ("malformed", "text")


async def test_without_the_database_a_request_is_to_be_repeated(client: Client) -> None:
    key = str(uuid4())
    assert await client.ask("away", id=key) == {"v": 1, "t": "busy", "id": key, "retry_after": 2}


async def test_a_fault_costs_one_frame_and_its_words_stand_in_no_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.ask("break", text="what a customer wrote")

    assert (answer["code"], answer["message"]) == ("failed", "")
    log = "\n".join(AsText(process="web").format(record) for record in caplog.records)
    assert "break failed" in log
    assert "ValueError" in log
    assert "break_down" in log, "the place is told"
    assert "customer wrote" not in log
    assert (await client.ask("say", text="still here"))["t"] == "ok"


async def test_a_handler_may_end_the_socket(client: Client) -> None:
    await client.send("revoke", id=str(uuid4()))
    assert await client.closed() == 4403


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("null", 4400),
        ("[]", 4400),
        ('"hello"', 4400),
        ("5", 4400),
        ("{}", 4400),
        ('{"v": 1}', 4400),
        ('{"v": 1, "t": 5}', 4400),
        ('{"v": 1, "t": null}', 4400),
        ('{"v": "1", "t": "hello"}', 4400),
        ('{"v": true, "t": "hello"}', 4400),
        ('{"v": 1.0, "t": NaN}', 4400),
        ('{"v": 1, "t": "hello", "x": NaN}', 4400),
        ('{"v": 1, "t": "hello", "x": Infinity}', 4400),
        ('{"v": 1, "t": "he\x00llo"}', 4400),
        ('{"v": 1, "t": "say", "text": "no id"}', 4400),
        ('{"v": 1, "t": "say", "id": "1", "text": "no uuid"}', 4400),
        ('{"v": 1, "t": "say", "id": ["9b2f6a52-1c1e-4f0e-9f59-0d6f0f6f2c11"], "text": "x"}', 4400),
        ("[" * 60_000, 4400),
        ('{"v": 1, "t": "hello", "x": ' + "9" * 10_000 + "}", 4400),
        ('{"v": 2, "t": "hello"}', 4412),
        ('{"v": 0, "t": "hello"}', 4412),
        ('{"v": 1, "t": "hello", "x": "' + "x" * 65_536 + '"}', 4413),
        ('{"v": 1, "t": "hello", "x": "' + "é" * 33_000 + '"}', 4413),
        ("x" * 10_000_000, 4413),
    ],
)
async def test_what_cannot_be_read_closes_with_its_code(text: str, code: int) -> None:
    client, neighbour = Client(), Client()
    await client.open()
    await neighbour.open()

    await client.raw(text)

    assert await client.closed() == code
    assert (await neighbour.ask("say", text="unaffected"))["t"] == "ok"
    for each in (client, neighbour):
        await each.socket.disconnect()


async def test_a_binary_frame_closes(client: Client) -> None:
    await client.raw(data=b'{"v": 1, "t": "hello"}')
    assert await client.closed() == 4400


async def test_a_frame_of_just_64_kb_is_read(client: Client) -> None:
    head = '{"v": 1, "t": "hello", "x": "'
    await client.raw(head + "x" * (65_536 - len(head) - 2) + '"}')
    assert (await client.read())["t"] == "welcome"


async def test_nul_and_half_characters_in_a_text_pass_as_text(client: Client) -> None:
    key = uuid4()
    await client.raw(f'{{"v": 1, "t": "say", "id": "{key}", "text": "a\\u0000b"}}')
    assert (await client.read())["said"] == "a\x00b"


@given(
    st.text(max_size=200) | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
def test_reading_never_fails_in_another_way(text: str) -> None:
    try:
        assert isinstance(read_frame(text)["t"], str)
    except BadFrame as bad:
        assert bad.code in (4400, 4412)


async def test_a_flood_closes_at_once_though_a_frame_is_still_worked_on(client: Client) -> None:
    await client.send("slow")
    started = asyncio.get_running_loop().time()
    for _ in range(60):
        await client.send("hello")

    assert await client.closed() == 4429
    assert asyncio.get_running_loop().time() - started < 0.4


async def test_as_many_as_allowed_pass(client: Client) -> None:
    for _ in range(38):
        await client.send("hello")
    for _ in range(38):
        assert (await client.read())["t"] == "welcome"


async def test_a_slow_reader_is_let_go(client: Client) -> None:
    await client.send("pour", count=300)
    assert await client.closed() == 4408


async def test_one_who_acknowledges_is_not(client: Client) -> None:
    for _ in range(3):
        await client.send("pour", count=200)
        for _ in range(200):
            await client.read()
        await client.send("ack")
    assert (await client.ask("say", text="still here"))["t"] == "ok"


async def test_of_heartbeats_that_wait_the_newest_is_answered(client: Client) -> None:
    await client.send("slow")
    for rev in (1, 2):
        await client.send("heartbeat", rev=rev)
    await client.send("say", id=str(uuid4()), text="between")
    await client.send("heartbeat", rev=3)

    assert [(await client.read())["rev"], (await client.read())["t"]] == [3, "ok"]

    await client.send("heartbeat", rev=4)
    assert (await client.read())["rev"] == 4


async def test_news_are_read_once_while_they_wait_and_a_broken_one_harms_nobody(client: Client) -> None:
    await client.send("slow")
    await asyncio.sleep(0.1)
    layer = get_channel_layer()
    for name, key in (("broken", "0"), ("changed", "1"), ("changed", "1"), ("changed", "2"), ("changed", "1")):
        news = {"type": "news", "name": name, "schema": "aurora", "object_id": key, "revision": 0}
        await layer.group_send(GROUP, news)
    await layer.group_send(GROUP, {"type": "typing", "on": True, "name": ""})

    got = [await client.read() for _ in range(3)]

    assert [frame.get("object_id") for frame in got] == ["1", "2", None]
    assert got[2] == {"v": 1, "t": "typing", "on": True}


async def test_all_are_told_of_a_restart_and_who_comes_after(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_sockets, "_restarting", False)
    await open_sockets.restart()
    assert await client.closed() == 4012
    late = Client()
    assert (await late.socket.connect())[0]
    assert await late.closed() == 4012


async def test_the_silent_are_asked_and_the_dead_let_go(client: Client) -> None:
    now = asyncio.get_running_loop().time()
    [socket] = [each for each in open_sockets._open if isinstance(each, Echo)]

    await open_sockets.look_after(socket, now=now + 5)
    await open_sockets.look_after(socket, now=now + 13)
    assert (await client.read())["t"] == "heartbeat.ask"
    await open_sockets.look_after(socket, now=now + 80)
    assert await client.closed() == 4408


async def test_nothing_stays_behind(client: Client) -> None:
    assert open_sockets.count() == 1
    await client.socket.disconnect()
    await asyncio.sleep(0.1)
    assert open_sockets.count() == 0
