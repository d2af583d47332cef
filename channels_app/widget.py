"""The visitor's socket: docs/protocol.md, section 1, "Widget". What is done stands in gateways.webchat.talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID

from channels_app import presence, waiting
from channels_app.close_codes import Close
from channels_app.frames import (
    CloseSocket,
    Frame,
    FrameConsumer,
    Refused,
    answers,
    hears,
    number_of,
    text_of,
    truth_of,
    uuid_of,
    uuids_of,
)
from channels_app.lanes import VISITORS
from channels_app.middleware import Company
from channels_app.pulse import feel
from channels_app.visitor_tokens import PROTOCOL
from contactcenter.gateways.webchat import limits, talk
from contactcenter.gateways.webchat.talk import News
from contactcenter.gateways.webchat.visitors import BeingUpdated, ChatClosed, TokenGone, Visitor, enter
from contactcenter.gateways.webchat.words import REFUSALS
from contactcenter.lib import clock, groups
from contactcenter.operation.routing.places import Place
from contactcenter.records.conversations.frames import MessageFrame, VisitorConversationFrame
from contactcenter.records.conversations.services import MESSAGE_LIMIT, Blocked, ConversationError, TooLong
from tenants.door import in_tenant

R = TypeVar("R")

PAGE = 50  # messages a frame
BEHIND_TOO_OFTEN = 6  # heartbeats in a row that know less than was sent long before


@contextmanager
def ending_what_counts_no_more() -> Iterator[None]:
    try:
        yield
    except TokenGone:
        raise CloseSocket(Close.NOT_SIGNED_IN) from None
    except ChatClosed:
        raise CloseSocket(Close.REVOKED) from None
    except BeingUpdated:
        raise CloseSocket(Close.RESTARTING) from None


class WidgetConsumer(FrameConsumer):
    """`revision` is the talk's when it was last read for this socket, `sent` the highest that a message sent had;
    `to_mark` is the highest of those that are to be marked delivered, `marked` up to where that was done; `shown` is
    the talk as it was last sent.
    """

    subprotocol = PROTOCOL
    lane = VISITORS

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        super().__init__(scope, receive, send)
        self.company: Company = scope["company"]
        self.token: str = scope["token"]
        self.customer: UUID = scope["customer"]
        self.talk: UUID | None = scope["talk"]
        self.revision = self.sent = self.to_mark = 0
        self.marked = -1  # not yet looked at: an answer may have come on an earlier socket
        self.shown: VisitorConversationFrame | None = None
        self.behind = 0

    async def opened(self) -> None:
        await self.join(groups.customer(self.company.schema, self.customer))
        if self.talk is not None:
            await self.join(groups.conversation_visitor(self.company.schema, self.talk))

    async def ended(self) -> None:
        waiting.forget(self.company, self)

    # Asked by the visitor -------------------------------------------------------------------------------------------

    @hears("hello")
    async def hello(self, frame: Frame) -> None:
        news = await self._read_talk(talk.read_on, *self._known(frame))
        self.shown = news["conversation"]
        messages = news["messages"]
        await self._send_page(
            "welcome", messages[:PAGE], conversation=news["conversation"], now=clock.now().isoformat()
        )
        await self._send_messages(messages[PAGE:])

    @hears("heartbeat")
    async def heartbeat(self, frame: Frame) -> None:
        known, revision = self._known(frame)
        if await self._has_all(known, revision):
            self._show_presence()
        else:
            await self._tell(await self._read_talk(talk.hear, known, revision))
            self.marked = revision if known == self.talk else -1
        await self.send_frame("heartbeat", now=clock.now().isoformat(), rev=self.revision)

    @answers("message.send")
    async def send_message(self, frame: Frame) -> Frame:
        message_id, text, files = uuid_of(frame, "id"), text_of(frame, "text", default=""), uuids_of(frame, "files")
        now = clock.now()
        if wait := await limits.messages().wait_async(self.company.schema, str(self.customer), now):
            raise Refused("too_often", REFUSALS["too_often"], retry_after=wait)
        say = partial(talk.say, message_id=message_id, text=text, files=files, now=now)
        said = await self._as_visitor(lambda visitor: say(visitor, self.talk, self.revision))
        self.follow_ups.append(partial(self._have_said, said))
        return {"sequence": said.sequence, "rev": said.revision}

    @hears("typing")
    async def type_to_agent(self, frame: Frame) -> None:
        on = truth_of(frame, "on")
        if self.talk is not None:
            message = {
                "type": "typing",
                "schema": self.company.schema,
                "conversation": str(self.talk),
                "on": on,
                "name": "",
            }
            await self.tell_group(groups.conversation_staff(self.company.schema, self.talk), message)

    @hears("read")
    async def mark_read(self, frame: Frame) -> None:
        await self._as_visitor(partial(talk.read, sequence=number_of(frame, "sequence")))

    @answers("conversation.leave")
    async def leave_message(self, frame: Frame) -> Frame:
        await self._as_visitor(partial(talk.leave, now=clock.now()))
        return {}

    @answers("conversation.end")
    async def end_conversation(self, frame: Frame) -> Frame:
        await self._as_visitor(partial(talk.end, now=clock.now()))
        return {}

    # Told by the house ------------------------------------------------------------------------------------------------

    def sent_up_to(self) -> int:
        return self.sent

    def news_key(self, message: Frame) -> tuple[object, ...]:
        """Each revision for itself: one that is known here costs nothing."""
        return (*super().news_key(message), message["revision"])

    async def news(self, message: Frame) -> None:
        if message["name"] == "place.changed" and self._waits():
            waiting.ask(self.company, self)
            return
        of_this = message["name"] == "conversation.changed" and message["object_id"] == str(self.talk)
        if of_this and message["revision"] <= self.revision:
            return  # what was said here was read when it was said
        await self._tell(await self._read_talk(talk.read_on, self.talk, self.revision))

    async def show_place(self, place: Place | None) -> None:
        """Told with all others who wait. None: it waits no more, and what became of it is told by itself."""
        if place is not None and self.shown is not None and self._waits():
            talk = {**self.shown, "position": place.number, "nobody_there": place.nobody_there}
            await self._show(cast(VisitorConversationFrame, talk))

    async def typing(self, message: Frame) -> None:
        await self.send_frame("typing", on=message["on"], name=message["name"])

    # ------------------------------------------------------------------------------------------------------------------

    async def _as_visitor(self, work: Callable[[Visitor], R]) -> R:
        """In one hop with the check of the token."""
        try:
            with ending_what_counts_no_more():
                return await in_tenant(self.company.schema, self._checked, work, clock.now())
        except TooLong as refused:
            why = REFUSALS["too_long"]
            raise Refused(refused.code, why, field=refused.field, limit=MESSAGE_LIMIT) from None
        except (ConversationError, Blocked) as refused:
            field = getattr(refused, "field", "")
            raise Refused(refused.code, REFUSALS.get(refused.code, ""), field=field) from None

    def _checked(self, work: Callable[[Visitor], R], now: datetime) -> R:
        return work(enter(company_id=self.company.id, token=self.token, now=now))

    def _known(self, frame: Frame) -> tuple[UUID | None, int]:
        """What the page says it has: of which talk, up to where. Who never has what was sent long before, and goes on
        asking, is let go.
        """
        known = uuid_of(frame, "conversation") if frame.get("conversation") else self.talk
        revision = number_of(frame, "rev", default=0)
        of_this_talk = revision if known == self.talk else 0  # a page that has another one gets all of this
        if self.unread.acknowledge(of_this_talk, highest=max(self.revision, self.sent) or of_this_talk):
            self.behind = 0
        else:
            self.behind += 1
            if self.behind > BEHIND_TOO_OFTEN:
                raise CloseSocket(Close.IDLE)
        return known, revision

    async def _has_all(self, known: UUID | None, revision: int) -> bool:
        """Nothing was lost on the way here, and nothing here is to be marked: then the talk need not be read. Who waits
        is told the place in the queue anew each time, with all the others.
        """
        if known != self.talk or self.sent > revision or self.to_mark > self.marked or self.shown is None:
            return False
        if self._waits():
            waiting.ask(self.company, self)
        with ending_what_counts_no_more():
            pulse = await feel(self.company, self.token)
        return pulse == (self.talk, self.revision, self.shown["blocked"])

    async def _read_talk(
        self, read: Callable[[Visitor, UUID | None, int], News], known: UUID | None, revision: int
    ) -> News:
        """Where the talk is another than before, its news are subscribed to first: what is read after that misses
        nothing.
        """
        news = await self._as_visitor(lambda visitor: read(visitor, known, revision))
        if await self._stand_in(news):
            news = await self._as_visitor(lambda visitor: read(visitor, known, revision))
        self.revision = news["revision"]
        return in_pages(news)

    async def _have_said(self, said: talk.Said) -> None:
        """Its news were read with it: the house tells nothing more of it."""
        current = said.news["conversation"]
        if current is None or current["id"] != str(self.talk):  # a talk not yet heard of here
            await self._tell(await self._read_talk(talk.read_on, self.talk, self.revision))
            return
        self.revision = said.news["revision"]
        await self._tell(in_pages(said.news))

    async def _stand_in(self, news: News) -> bool:
        """Hear what becomes of this talk, and be seen in it. True when it is another one."""
        current = news["conversation"]
        talk_id = UUID(current["id"]) if current else None
        if talk_id == self.talk:
            self._show_presence()
            return False
        if self.talk is not None:
            await self.leave(groups.conversation_visitor(self.company.schema, self.talk))
        self.talk, self.sent, self.to_mark, self.marked = talk_id, 0, 0, -1
        self.unread.expect_nothing()
        self._show_presence()
        if talk_id is not None:
            await self.join(groups.conversation_visitor(self.company.schema, talk_id))
        return talk_id is not None

    def _show_presence(self) -> None:
        if self.talk is not None:
            presence.seen(self.company.schema, self.talk)

    async def _tell(self, news: News) -> None:
        await self._send_messages(news["messages"])
        await self._show(news["conversation"])

    async def _show(self, talk: VisitorConversationFrame | None) -> None:
        if talk != self.shown:
            self.shown = talk
            await self.send_frame("conversation.changed", conversation=talk)

    def _waits(self) -> bool:
        return self.shown is not None and self.shown["position"] is not None

    async def _send_messages(self, messages: list[MessageFrame]) -> None:
        for start in range(0, len(messages), PAGE):
            await self._send_page("messages", messages[start : start + PAGE])

    async def _send_page(self, name: str, messages: list[MessageFrame], **fields: Any) -> None:
        self.sent = max([self.sent, *(message["rev"] for message in messages)])
        self.to_mark = max([self.to_mark, *(m["rev"] for m in messages if m["direction"] == "out")])
        await self.send_frame(name, messages=messages, **fields)


def in_pages(news: News) -> News:
    """Cut short after some pages, the highest revision that arrived must vouch for all below it."""
    if len(news["messages"]) > PAGE:
        news["messages"].sort(key=lambda message: message["rev"])
    return news
