"""What every socket of the house keeps to: frames are JSON of version 1, small and not too many; requests are answered;
a fault costs one frame or one socket, never a neighbour's. docs/protocol.md is the contract.

Frames are counted and measured when they arrive, not when their turn comes: a flood is met at the door while an
earlier frame still waits for the database, and who is served late is not taken for one who reads late.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from channels.layers import get_channel_layer
from django.db import InterfaceError, OperationalError
from django.utils import translation
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from channels_app import open_sockets
from channels_app.close_codes import Close
from channels_app.lanes import STAFF, Lane
from channels_app.unread import Unread
from contactcenter.lib.rate_limit import Bucket, take

VERSION = 1
LARGEST = 64 * 1024  # bytes of a frame; daphne cuts without a word at 256 KB
FRAMES_A_SECOND, BURST = 20, 40
MOST_WAITING = 256  # frames and news: who asks faster than the database answers is let go
MOST_WAITING_CHARACTERS = 2 * LARGEST  # of frames: what is read out of them takes a multiple
SAYS_WHAT_IT_HAS = ("hello", "heartbeat")
RETRY_SECONDS = 2
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)

Frame = dict[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])

log = logging.getLogger(__name__)


class CloseSocket(Exception):
    """A handler has found that this socket must end."""

    def __init__(self, code: Close) -> None:
        super().__init__(code)
        self.code = code


class Refused(Exception):
    """A request that is not done, and why: `code` for the client, `message` in the user's language for the person."""

    def __init__(self, code: str, message: object = "", *, field: str = "", **more: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.field, self.more = code, message, field, more


class BadFrame(ValueError):
    """Cannot be read: closes the socket."""

    def __init__(self, code: Close = Close.MALFORMED) -> None:
        super().__init__(code)
        self.code = code


def written(name: str, /, **fields: Any) -> str:
    """A frame as it goes over the line."""
    return json.dumps({"v": VERSION, "t": name, **fields}, ensure_ascii=False, default=str)


def answers(name: str) -> Callable[[Handler], Handler]:
    """A request with an `id`: what the method returns goes into its `ok`."""
    return _named(name, answered=True)


def hears(name: str) -> Callable[[Handler], Handler]:
    """A frame without an answer of its own; the method sends what there is to send."""
    return _named(name, answered=False)


def _named(name: str, *, answered: bool) -> Callable[[Handler], Handler]:
    def mark(method: Handler) -> Handler:
        method.frame_name, method.frame_answered = name, answered  # type: ignore[attr-defined]
        return method

    return mark


def read_frame(text: str | None) -> Frame:
    """Raises BadFrame. Binary frames come as None: there are none in the protocol."""
    if text is None:
        raise BadFrame
    if len(text) > LARGEST or len(text.encode(errors="replace")) > LARGEST:
        raise BadFrame(Close.TOO_BIG)
    try:
        frame = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(frame, dict):
        raise BadFrame
    version = frame.get("v")
    if type(version) is not int or not isinstance(frame.get("t"), str):
        raise BadFrame
    if version != VERSION:
        raise BadFrame(Close.WRONG_VERSION)
    return frame


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def text_of(frame: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = frame.get(name, default)
    if not isinstance(value, str):
        raise Refused("malformed", field=name)
    return value


def number_of(frame: Mapping[str, Any], name: str, *, default: int | None = None) -> int:
    """Not negative, and small enough for every column it may be compared with."""
    value = frame.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Refused("malformed", field=name)
    return value


def truth_of(frame: Mapping[str, Any], name: str) -> bool:
    value = frame.get(name)
    if not isinstance(value, bool):
        raise Refused("malformed", field=name)
    return value


def uuid_of(frame: Mapping[str, Any], name: str) -> UUID:
    found = _uuid(frame.get(name))
    if found is None:
        raise Refused("malformed", field=name)
    return found


def uuids_of(frame: Mapping[str, Any], name: str, *, most: int = 20) -> list[UUID]:
    value = frame.get(name, [])
    found = [_uuid(each) for each in value] if isinstance(value, list) and len(value) <= most else [None]
    if None in found:
        raise Refused("malformed", field=name)
    return [each for each in found if each is not None]


def _uuid(value: object) -> UUID | None:
    if isinstance(value, str) and len(value) == 36:
        with suppress(ValueError):
            return UUID(value)
    return None


class FrameConsumer:
    """One accepted socket. The middleware has checked host, origin and who it is, and put them into the scope.

    A subclass marks its methods with `answers` and `hears`, joins its groups in `opened`, and says in `news` and
    `typing` what it makes of the house's messages. Frames and messages are worked off in the order they came.
    """

    subprotocol: ClassVar[str | None] = None
    lane: ClassVar[Lane] = STAFF
    handlers: ClassVar[dict[str, tuple[str, bool]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        marked: list[tuple[str, Any]] = [(name, getattr(cls, name)) for name in dir(cls)]
        cls.handlers = {m.frame_name: (name, m.frame_answered) for name, m in marked if hasattr(m, "frame_name")}

    @classmethod
    def as_asgi(cls) -> Callable[..., Awaitable[None]]:
        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            await cls(scope, receive, send).run()

        return application

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.language: str = scope.get("language", "en")
        self.layer = get_channel_layer()
        self.channel_name = f"socket.{uuid4().hex}"
        self.groups: dict[str, bool] = {}  # name → joined; not yet where Redis was away
        self.closed_with: Close | None = None
        self.sent_frames = 0
        self.unread = Unread()
        now = asyncio.get_running_loop().time()
        self.opened_at = self.heard_at = now
        self.asked_at = 0.0
        self.follow_ups: list[Callable[[], Awaitable[None]]] = []  # to be done right after the answer
        self._work: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._waiting_characters = 0
        self._waiting_heartbeat: tuple[Frame, int] | None = None
        self._awaited_news: set[tuple[object, ...]] = set()
        self._bucket = Bucket(tokens=BURST, at=now)

    # For subclasses --------------------------------------------------------------------------------------------------

    async def opened(self) -> None:
        """Just accepted."""

    async def ended(self) -> None:
        """Gone, however it went."""

    async def news(self, message: Frame) -> None:
        """{name, schema, object_id, revision}: check the right again, read the rows again, send."""

    def sent_up_to(self) -> int:
        """The highest revision that was sent here."""
        return 0

    def news_key(self, message: Frame) -> tuple[object, ...]:
        """News of the same key that wait together are read once."""
        return message["name"], message["schema"], message["object_id"]

    async def typing(self, message: Frame) -> None:
        """{on, name, ...}"""

    async def send_text(self, text: str) -> None:
        """A frame that was written once for many. Its number on this socket shows the client whether one is missing."""
        if self.closed_with is not None:
            return
        self.unread.add(text)
        if self.unread.is_too_much():
            await self.close(Close.IDLE)
            return
        self.sent_frames += 1
        await self._send({"type": "websocket.send", "text": f'{text[:-1]}, "n": {self.sent_frames}}}'})

    async def join(self, group: str) -> None:
        """While Redis is away the group is joined later; until then the heartbeats carry the news."""
        self.groups.setdefault(group, False)
        await self.join_again()

    async def leave(self, group: str) -> None:
        if self.groups.pop(group, False):
            with suppress(RedisError, OSError):
                await self.layer.group_discard(group, self.channel_name)

    async def tell_group(self, group: str, message: Frame) -> None:
        """For what is worth nothing a second later. All else goes through the outbox."""
        with suppress(RedisError, OSError):
            await self.layer.group_send(group, message)

    async def send_frame(self, name: str, /, **fields: Any) -> None:
        await self.send_text(written(name, **fields))

    async def close(self, code: Close) -> None:
        if self.closed_with is None:
            self.closed_with = code
            await self._send({"type": "websocket.close", "code": int(code)})

    # The machine -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        if (await self._receive())["type"] != "websocket.connect":
            return
        with translation.override(self.language), self.lane(self.scope.get("schema", "")):
            listener = asyncio.create_task(self._listen())
            reader: asyncio.Task[None] | None = None
            try:
                await asyncio.sleep(0)  # the listener has named its channel to the layer: groups can be joined
                await self._send({"type": "websocket.accept", "subprotocol": self.subprotocol})
                open_sockets.add(self)
                reader = asyncio.create_task(self._read())
                await self._guarded("opened", self.opened)
                await self._work_off()
            finally:
                open_sockets.remove(self)
                for task in filter(None, (reader, listener)):
                    task.cancel()
                await self._leave_all()
                await self.ended()

    async def _read(self) -> None:
        """From the client into the queue, past the limits."""
        clock = asyncio.get_running_loop().time
        try:
            while (message := await self._receive())["type"] != "websocket.disconnect":
                if self.closed_with is not None:
                    continue
                self.heard_at = clock()
                try:
                    self._bucket, wait = take(self._bucket, rate=FRAMES_A_SECOND, burst=BURST, now=self.heard_at)
                    if wait or self._work.qsize() >= MOST_WAITING:
                        raise BadFrame(Close.TOO_OFTEN)
                    self._let_in(message.get("text"))
                except BadFrame as bad:
                    await self.close(bad.code)
        finally:
            self._work.put_nowait(("gone", None))

    def _let_in(self, text: str | None) -> None:
        """Raises BadFrame."""
        frame, length = read_frame(text), len(text or "")
        if self._waiting_characters + length > MOST_WAITING_CHARACTERS:
            raise BadFrame(Close.TOO_OFTEN)
        if frame["t"] in SAYS_WHAT_IT_HAS:
            self.unread.expect(self.sent_up_to(), self.heard_at)
        if frame["t"] == "heartbeat":
            older, self._waiting_heartbeat = self._waiting_heartbeat, (frame, length)
            self._waiting_characters += length - (older[1] if older else 0)
            if older is None:
                self._work.put_nowait(("heartbeat", None))
            return
        self._waiting_characters += length
        self._work.put_nowait(("frame", (frame, length)))

    async def _listen(self) -> None:
        """From the layer into the queue. News of one thing that still wait in it are read once."""
        while True:
            try:
                message = await self.layer.receive(self.channel_name)
            except (RedisError, OSError):
                await asyncio.sleep(1)
                continue
            if message["type"] == "news":
                key = self.news_key(message)
                if key in self._awaited_news:
                    continue
                self._awaited_news.add(key)
            self._work.put_nowait((message["type"], message))

    async def _work_off(self) -> None:
        while True:
            kind, message = await self._work.get()
            if kind == "gone":
                return
            if kind == "heartbeat":  # the newest of those that came meanwhile
                kind, message, self._waiting_heartbeat = "frame", self._waiting_heartbeat, None
            if kind == "frame":
                message, length = message
                self._waiting_characters -= length
            if self.closed_with is not None:
                continue
            if kind == "frame":
                await self._answer(message)
            elif kind == "news":
                self._awaited_news.discard(self.news_key(message))
                await self._guarded(message["name"], partial(self.news, message))
            elif kind == "typing":
                await self._guarded(kind, partial(self.typing, message))

    async def _answer(self, frame: Frame) -> None:
        name, key = frame["t"], _uuid(frame.get("id"))
        answer: Frame = {"id": str(key)} if key else {}
        method, answered = self.handlers.get(name, ("", False))
        if not method:
            await self.send_frame("error", **answer, code="unknown", message="")
            return
        if answered and key is None:
            await self.close(Close.MALFORMED)
            return
        try:
            more = await getattr(self, method)(frame)
            if answered:
                await self.send_frame("ok", **{**(more or {}), **answer})
            while self.follow_ups:
                await self._guarded(name, self.follow_ups.pop(0))
        except Refused as refused:
            field = {"field": refused.field} if refused.field else {}
            await self.send_frame(
                "error", **{**refused.more, **answer, **field, "code": refused.code, "message": str(refused.message)}
            )
        except CloseSocket as ending:
            await self.close(ending.code)
        except DATABASE_AWAY as error:
            log.warning("database away at %s: %s", name, type(error).__name__)
            await self.send_frame("busy", **answer, retry_after=RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001  one frame fails, the socket and its neighbours go on
            log_fault(name, error)
            await self.send_frame("error", **answer, code="failed", message="")

    async def _guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """What fails here asks for no answer: the next heartbeat brings what it would have told."""
        try:
            await work()
        except CloseSocket as ending:
            await self.close(ending.code)
        except DATABASE_AWAY as error:
            log.warning("database away at %s: %s", name, type(error).__name__)
        except Exception as error:  # noqa: BLE001  as in _answer
            log_fault(name, error)

    async def join_again(self) -> None:
        for group, joined in list(self.groups.items()):
            if not joined:
                try:
                    await self.layer.group_add(group, self.channel_name)
                except (RedisError, OSError) as error:
                    log.warning("Redis away: a group is joined later (%s)", type(error).__name__)
                    return
                if group in self.groups:
                    self.groups[group] = True

    async def _leave_all(self) -> None:
        for group in list(self.groups):
            await self.leave(group)


def log_fault(name: str, error: BaseException) -> None:
    log.error("%s failed", name, exc_info=error)
