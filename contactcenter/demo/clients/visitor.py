"""A visitor of one company's website, by the widget's own protocol."""

from __future__ import annotations

import asyncio
import http.client
import json
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection

from contactcenter.demo.clients.line import Frame, Line
from contactcenter.demo.clients.screen import Screen


class Refused(RuntimeError):
    """The form was not taken: the HTTP status and what came with it."""

    def __init__(self, status: int, answer: Frame) -> None:
        super().__init__(status, answer)
        self.status, self.answer = status, answer


class Visitor(Line):
    def __init__(self, *, port: int, host: str, name: str, source: str = "") -> None:
        super().__init__(port=port, source=source)
        self.host, self.name = host, name
        self.token = ""
        self.screen = Screen()
        self.conversation: Frame = {}

    async def open(self, text: str, **fields: Any) -> Frame:
        """Fills the pre-chat form, then connects. Raises Refused."""
        answer = await asyncio.to_thread(self.fill_in, text, **fields)
        self.token = answer["token"]
        await self.start()
        return answer

    def fill_in(self, text: str, **fields: Any) -> Frame:
        """The pre-chat form alone. Raises Refused."""
        body = {
            "id": str(uuid4()),
            "name": self.name,
            "text": text,
            "language": "en",
            "timezone": "Europe/London",
            **fields,
        }
        return self._post("/widget/start/", body)

    async def say(self, text: str, *, seconds: float = 30) -> Frame:
        return await self.ask("message.send", text=text, files=[], seconds=seconds)

    def _post(self, path: str, body: Frame) -> Frame:
        source = (self.source, 0) if self.source else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=source)
        headers = {
            "Host": f"{self.host}:{self.port}",
            "Content-Type": "application/json",
            "Origin": f"http://{self.host}:{self.port}",
        }
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            status, text = response.status, response.read()
        finally:
            connection.close()
        answer = json.loads(text) if response.headers.get_content_type() == "application/json" else {}
        if status != http.client.CREATED:
            raise Refused(status, answer)
        return dict(answer)

    async def dial(self) -> ClientConnection:
        return await self.connect(self.host, "/ws/widget/", subprotocols=["contactcenter.v1", f"token.{self.token}"])

    def hello(self) -> Frame:
        return {"v": 1, "t": "hello", "rev": self.screen.rev}

    def heartbeat(self) -> Frame:
        return {"v": 1, "t": "heartbeat", "rev": self.screen.rev}

    async def take_in(self, frame: Frame) -> None:
        if frame["t"] in ("welcome", "messages"):
            self.screen.show(frame.get("messages", []))
        if frame["t"] in ("welcome", "conversation.changed"):
            self.conversation = frame["conversation"] or {}
