"""An agent's desk that accepts each offer at once and opens each conversation it holds."""

from __future__ import annotations

import asyncio
import http.client
import re
import urllib.parse
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie

from websockets.asyncio.client import ClientConnection

from contactcenter.demo.clients.line import Frame, Line
from contactcenter.demo.clients.screen import Screen

TalkKey = tuple[str, str]  # schema, conversation
SIGN_IN = "/accounts/login/"


class Desk(Line):
    def __init__(
        self, *, port: int, email: str, password: str, accepts: bool = True, source: str = "", host: str = "localhost"
    ) -> None:
        super().__init__(port=port, source=source)
        self.host, self.email, self.password, self.accepts = host, email, password, accepts
        self.cookies: dict[str, str] = {}
        self.rev = 0
        self.me: Frame = {}
        self.items: dict[int, Frame] = {}
        self.screens: dict[TalkKey, Screen] = {}
        self.asks_anew = False  # a snapshot is on its way
        self.on_message: Callable[[TalkKey, Frame], Awaitable[None]] | None = None

    async def open(self) -> None:
        await asyncio.to_thread(self.sign_in)
        await self.start()
        await self.until(lambda: bool(self.me), what="the first snapshot")
        await self.ask("presence.set", presence="available")

    async def say(self, key: TalkKey, text: str, *, seconds: float = 30) -> Frame:
        return await self.ask("message.send", company=key[0], conversation=key[1], text=text, files=[], seconds=seconds)

    def sign_in(self) -> None:
        """By the page's own form. Raises PermissionError."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._request("GET")[1])
        if token is None:
            raise PermissionError("no sign-in form")
        form = {"login": self.email, "password": self.password, "csrfmiddlewaretoken": token.group(1)}
        status, _page = self._request("POST", urllib.parse.urlencode(form))
        if status != http.client.FOUND:
            raise PermissionError(f"{self.email} was not let in ({status})")

    def _request(self, method: str, body: str = "") -> tuple[int, str]:
        source = (self.source, 0) if self.source else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=source)
        host = f"{self.host}:{self.port}"
        headers = {"Host": host, "Referer": f"http://{host}{SIGN_IN}", "Cookie": self.cookie()}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, SIGN_IN, body, headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return response.status, response.read().decode()
        finally:
            connection.close()

    def cookie(self) -> str:
        """The header of who is signed in."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def dial(self) -> ClientConnection:
        return await self.connect(self.host, "/ws/desk/", additional_headers={"Cookie": self.cookie()})

    def hello(self) -> Frame:
        return {"v": 1, "t": "hello"}

    def heartbeat(self) -> Frame:
        known = {f"{item['company']}/{item['conversation']}": item["rev"] for item in self.items.values()}
        known |= {f"{company}/{conversation}": screen.rev for (company, conversation), screen in self.screens.items()}
        return {"v": 1, "t": "heartbeat", "rev": self.rev, "conversations": known}

    async def take_in(self, frame: Frame) -> None:
        match frame["t"]:
            case "snapshot":
                self.asks_anew = False
                self.rev, self.me = frame["rev"], frame["me"]
                self.items = {item["id"]: item for item in frame["items"]}
                for item in frame["items"]:
                    self.work_on(item)
                for key in self.screens:  # a new socket has no subscriptions
                    self.open_talk(key)
            case "item.changed" | "item.removed" | "agent.changed":
                self.follow(frame)
            case "conversation.snapshot":
                await self.read_messages((frame["company"], frame["conversation"]["id"]), frame["messages"])
            case "messages":
                await self.read_messages((frame["company"], frame["conversation"]), frame["messages"])

    def follow(self, frame: Frame) -> None:
        """One step of the agent's stream. After a gap only a new snapshot tells what is so."""
        if frame["rev"] > self.rev + 1 and not self.asks_anew:
            self.asks_anew = True
            self.later(self.send(self.hello()))
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

    async def read_messages(self, key: TalkKey, messages: list[Frame]) -> None:
        screen = self.screens.setdefault(key, Screen())
        new = [message for message in messages if message["id"] not in screen.by_id]
        screen.show(messages)
        if self.on_message:
            for message in new:
                await self.on_message(key, message)

    def work_on(self, item: Frame) -> None:
        if item["state"] == "offered" and self.accepts and not self.is_asked(t="offer.accept", item=item["id"]):
            self.later(self.ask("offer.accept", item=item["id"]))
        key = (item["company"], item["conversation"])
        if item["state"] == "active" and key not in self.screens:
            self.screens[key] = Screen()
            self.open_talk(key)

    def open_talk(self, key: TalkKey) -> None:
        """One request for it is enough, however often the line was cut before its answer."""
        if not self.is_asked(t="conversation.open", company=key[0], conversation=key[1]):
            self.later(self.ask("conversation.open", company=key[0], conversation=key[1]))

    def is_asked(self, **fields: object) -> bool:
        """And not answered yet: it will be repeated on the next line by itself."""
        return any(fields.items() <= frame.items() for frame, _ in self.unanswered.values())
