"""Real socket clients that behave like the widget and the desk: they keep what was not acknowledged, come back, and
ask for what they missed.

They are not the product's own scripts, so that a fault in those cannot hide itself; the browser tests read the screens.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import json
import random
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

Frame = dict[str, Any]
REQUESTS_A_SECOND = 15
ANSWERS = ("ok", "error", "conversation.snapshot")  # what was asked for may come under its own name
AWAY = (OSError, ConnectionClosed, InvalidStatus, InvalidMessage, TimeoutError, EOFError)


class SocketClient:
    """Connects, comes back when cut, repeats what was not answered, and sends a heartbeat."""

    heartbeat_seconds = 2.0

    def __init__(self) -> None:
        self.unanswered: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self.socket: ClientConnection | None = None
        self.closed_with: int | None = None
        self.task: asyncio.Task[None] | None = None
        self.changed = asyncio.Condition()
        self.turn = asyncio.Lock()
        self.background: set[asyncio.Task[Any]] = set()

    async def dial(self) -> ClientConnection:
        raise NotImplementedError

    def hello(self) -> Frame:
        raise NotImplementedError

    def heartbeat(self) -> Frame:
        raise NotImplementedError

    async def take_in(self, frame: Frame) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        self.task = asyncio.create_task(self.run())

    async def stop(self) -> None:
        for task in list(self.background):
            task.cancel()
        if self.task:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task

    async def run(self) -> None:
        while True:
            try:
                async with await self.dial() as socket:
                    self.socket = socket
                    await socket.send(json.dumps(self.hello()))
                    beat = asyncio.create_task(self.beat(socket))
                    again = asyncio.create_task(self.repeat_in_turns(socket))
                    try:
                        async for text in socket:
                            await self.read(json.loads(text))
                    finally:
                        beat.cancel()
                        again.cancel()
            except AWAY:
                pass
            finally:
                if self.socket is not None:
                    self.closed_with = self.socket.close_code
                self.socket = None
            await asyncio.sleep(random.uniform(0.1, 0.6))

    async def repeat_in_turns(self, socket: ClientConnection) -> None:
        for frame, _ in list(self.unanswered.values()):
            if frame["id"] in self.unanswered and self.socket is socket:
                await self.send_quietly(frame)

    async def beat(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_seconds)
            with contextlib.suppress(ConnectionClosed):
                await socket.send(json.dumps(self.heartbeat()))

    async def read(self, frame: Frame) -> None:
        waiting = self.unanswered.get(frame.get("id", ""))
        if frame["t"] == "busy" and waiting:
            asyncio.get_running_loop().call_later(frame.get("retry_after", 1), self.repeat, frame["id"])
        elif frame["t"] in ANSWERS and waiting:
            del self.unanswered[frame["id"]]
            if not waiting[1].done():
                waiting[1].set_result(frame)
        async with self.changed:
            await self.take_in(frame)
            self.changed.notify_all()

    def repeat(self, key: str) -> None:
        if key in self.unanswered and self.socket is not None:
            self.later(self.send_quietly(self.unanswered[key][0]))

    def later(self, what: Awaitable[Any]) -> None:
        """Does it beside the reading of frames, and keeps hold of it so that it is not collected half-way."""

        async def quietly() -> None:
            with contextlib.suppress(TimeoutError):
                await what

        task = asyncio.ensure_future(quietly())
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def send_quietly(self, frame: Frame) -> None:
        """No faster than the server reads: a flood would be cut, come back and be cut again."""
        async with self.turn:
            if self.socket is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self.socket.send(json.dumps(frame))
            await asyncio.sleep(1 / REQUESTS_A_SECOND)

    async def ask(self, t: str, *, seconds: float = 30, **fields: Any) -> Frame:
        """Sends a request until it is answered; gives the `ok` or `error` frame."""
        frame = {"v": 1, "t": t, "id": str(uuid4()), **fields}
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self.unanswered[frame["id"]] = (frame, answer)
        await self.send_quietly(frame)
        return await asyncio.wait_for(answer, seconds)

    async def until(self, true: Callable[[], bool], *, seconds: float = 20, what: str = "") -> None:
        async def wait() -> None:
            async with self.changed:
                await self.changed.wait_for(true)

        try:
            await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"waited {seconds} s in vain: {what}") from None


class Screen:
    """What a person sees of one conversation: messages in the order of their numbers."""

    def __init__(self) -> None:
        self.by_id: dict[str, Frame] = {}
        self.rev = 0

    def show(self, messages: list[Frame]) -> None:
        for message in messages:
            self.by_id[message["id"]] = message
            self.rev = max(self.rev, message["rev"])

    @property
    def texts(self) -> list[str]:
        ordered = sorted(self.by_id.values(), key=lambda message: message["sequence"])
        return [message["text"] for message in ordered if message["author"] != "system"]

    @property
    def sequences(self) -> list[int]:
        return sorted(message["sequence"] for message in self.by_id.values())


class Visitor(SocketClient):
    def __init__(self, *, port: int, host: str, name: str) -> None:
        super().__init__()
        self.port, self.host, self.name = port, host, name
        self.token = ""
        self.screen = Screen()
        self.conversation: Frame = {}

    async def open(self, text: str, **fields: Any) -> Frame:
        """Fills the pre-chat form, then connects."""
        body = {
            "id": str(uuid4()),
            "name": self.name,
            "text": text,
            "language": "en",
            "timezone": "Europe/London",
            **fields,
        }
        answer = await asyncio.to_thread(self.post, "/widget/start/", body)
        self.token = answer["token"]
        await self.start()
        return answer

    def post(self, path: str, body: Frame) -> Frame:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={
                "Host": f"{self.host}:{self.port}",
                "Content-Type": "application/json",
                "Origin": f"http://{self.host}:{self.port}",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.loads(answer.read()))

    async def dial(self) -> ClientConnection:
        return await connect(
            f"ws://{self.host}:{self.port}/ws/widget/",
            host="127.0.0.1",
            port=self.port,
            origin=f"http://{self.host}:{self.port}",  # type: ignore[arg-type]
            subprotocols=["contactcenter.v1", f"token.{self.token}"],  # type: ignore[list-item]
            proxy=None,
            open_timeout=10,
        )

    def hello(self) -> Frame:
        return {"v": 1, "t": "hello", "rev": self.screen.rev}

    def heartbeat(self) -> Frame:
        return {"v": 1, "t": "heartbeat", "rev": self.screen.rev}

    async def take_in(self, frame: Frame) -> None:
        if frame["t"] in ("welcome", "messages"):
            self.screen.show(frame.get("messages", []))
        if frame["t"] in ("welcome", "conversation.changed"):
            self.conversation = frame["conversation"] or {}

    async def say(self, text: str, *, seconds: float = 30) -> Frame:
        return await self.ask("message.send", text=text, files=[], seconds=seconds)


class Desk(SocketClient):
    """An agent's desk that accepts each offer at once and opens each conversation it holds."""

    def __init__(self, *, port: int, email: str, password: str, accepts: bool = True) -> None:
        super().__init__()
        self.port, self.email, self.password, self.accepts = port, email, password, accepts
        self.cookies = http.cookiejar.CookieJar()
        self.rev = 0
        self.me: Frame = {}
        self.items: dict[int, Frame] = {}
        self.screens: dict[tuple[str, str], Screen] = {}
        self.on_message: Callable[[tuple[str, str], Frame], Awaitable[None]] | None = None

    def sign_in(self) -> None:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        address = f"http://localhost:{self.port}/accounts/login/"
        page = opener.open(address, timeout=20).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, "no sign-in form"
        form = {"login": self.email, "password": self.password, "csrfmiddlewaretoken": token.group(1)}
        request = urllib.request.Request(
            address, data=urllib.parse.urlencode(form).encode(), headers={"Referer": address}
        )
        answer = opener.open(request, timeout=20)
        assert "/accounts/login/" not in answer.geturl(), f"{self.email} was not let in"

    async def open(self) -> None:
        await asyncio.to_thread(self.sign_in)
        await self.start()
        await self.until(lambda: bool(self.me), what="the first snapshot")
        await self.ask("presence.set", presence="available")

    async def dial(self) -> ClientConnection:
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        return await connect(
            f"ws://localhost:{self.port}/ws/desk/",
            host="127.0.0.1",
            port=self.port,
            origin=f"http://localhost:{self.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            proxy=None,
            open_timeout=10,
        )

    def hello(self) -> Frame:
        return {"v": 1, "t": "hello"}

    def heartbeat(self) -> Frame:
        known = {f"{item['company']}/{item['conversation']}": item["rev"] for item in self.items.values()}
        known |= {f"{company}/{conversation}": screen.rev for (company, conversation), screen in self.screens.items()}
        return {"v": 1, "t": "heartbeat", "rev": self.rev, "conversations": known}

    async def take_in(self, frame: Frame) -> None:
        match frame["t"]:
            case "snapshot":
                self.rev, self.me = frame["rev"], frame["me"]
                self.items = {item["id"]: item for item in frame["items"]}
                for item in frame["items"]:
                    self.work_on(item)
                for company, conversation in self.screens:  # a new socket has no subscriptions
                    self.open_talk(company, conversation)
            case "item.changed" | "item.removed" | "agent.changed":
                self.follow(frame)
            case "conversation.snapshot":
                await self.read_messages((frame["company"], frame["conversation"]["id"]), frame["messages"])
            case "messages":
                await self.read_messages((frame["company"], frame["conversation"]), frame["messages"])

    def follow(self, frame: Frame) -> None:
        """One step of the agent's stream. After a gap only a new snapshot tells what is so."""
        if frame["rev"] > self.rev + 1:
            self.later(self.send_quietly(self.hello()))
        if frame["rev"] != self.rev and frame["rev"] != self.rev + 1:
            return
        self.rev = frame["rev"]
        match frame["t"]:
            case "item.changed":
                self.items[frame["item"]["id"]] = frame["item"]
                self.work_on(frame["item"])
            case "item.removed":
                self.items.pop(frame["item"], None)
            case "agent.changed":
                self.me = frame["me"]

    async def read_messages(self, key: tuple[str, str], messages: list[Frame]) -> None:
        screen = self.screens.setdefault(key, Screen())
        new = [message for message in messages if message["id"] not in screen.by_id]
        screen.show(messages)
        if self.on_message:
            for message in new:
                await self.on_message(key, message)

    def work_on(self, item: Frame) -> None:
        if item["state"] == "offered" and self.accepts:
            self.later(self.ask("offer.accept", item=item["id"]))
        key = (item["company"], item["conversation"])
        if item["state"] == "active" and key not in self.screens:
            self.screens[key] = Screen()
            self.open_talk(*key)

    def open_talk(self, company: str, conversation: str) -> None:
        """One request for it is enough, however often the line was cut before its answer."""
        asked = {"t": "conversation.open", "company": company, "conversation": conversation}
        for key, (frame, _) in list(self.unanswered.items()):
            if asked.items() <= frame.items():
                del self.unanswered[key]
        self.later(self.ask("conversation.open", company=company, conversation=conversation))

    async def say(self, key: tuple[str, str], text: str, *, seconds: float = 30) -> Frame:
        return await self.ask("message.send", company=key[0], conversation=key[1], text=text, files=[], seconds=seconds)
