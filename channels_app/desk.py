"""The desk's socket: who it is, what it may hear, which request goes where. docs/protocol.md, section 1, "Desk".

The right is checked in the same hop as every read and write: on each frame, and again on each delivery.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import translation

from channels_app import desk_requests as requests
from channels_app import liveness
from channels_app.close_codes import Close
from channels_app.frames import (
    DATABASE_AWAY,
    CloseSocket,
    Frame,
    FrameConsumer,
    Refused,
    answers,
    hears,
    number_of,
    truth_of,
    uuid_of,
)
from channels_app.lanes import COMING
from channels_app.underway import Underway
from contactcenter.access.rule import Verdict
from contactcenter.access.sockets import may_open_socket
from contactcenter.faces.desk.cards import Card
from contactcenter.faces.desk.news import Missed, Sent, TalkKey, card_news, missed, open_talk, questions_of, talk_news
from contactcenter.faces.desk.notices import NoticeFrame, forced_frame, notice_frames
from contactcenter.faces.desk.rights import agent_of_visit
from contactcenter.faces.desk.snapshot import Question, Snapshot, me, snapshot
from contactcenter.lib import clock, groups
from contactcenter.operation.accounts.sessions import Refusal, Visit, mark, open_visit
from contactcenter.operation.agents.models import Agent
from contactcenter.operation.agents.services import close_socket, end_session, is_crowded_out, open_socket
from contactcenter.records.conversations.frames import DeskNews
from contactcenter.records.conversations.services import NotFound
from tenants.door import SHARED_SCHEMA, in_shared, in_tenant
from tenants.models import Tenant

P = ParamSpec("P")
R = TypeVar("R")

MOST_OPENED = 30  # conversations on one desk; the one longest not asked for is let go
MOST_NAMED = 100  # in a heartbeat
SETTING_EVERY = 60.0  # seconds until a desk has what an admin changed
STREAM = ("agent.changed", "item.changed")  # news that step the agent's own revision


class DeskConsumer(FrameConsumer):
    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        super().__init__(scope, receive, send)
        self.key = uuid4()
        self.visit: Visit | None = None
        self.sent: Sent | None = None  # from the first snapshot on
        self.setting_at = 0.0  # when what admins set was last looked at
        self.talks: OrderedDict[TalkKey, int] = OrderedDict()  # opened here → revision sent
        self.underway = Underway()

    async def opened(self) -> None:
        await self._begin()

    async def ended(self) -> None:
        liveness.gone(self.key)
        if self.visit is not None:
            with suppress(*DATABASE_AWAY):  # nothing depends on it: a socket not named any more is as good as closed
                await in_shared(close_socket, key=self.key, now=clock.now())

    # Asked by the agent -----------------------------------------------------------------------------------------------

    @hears("hello")
    async def hello(self, frame: Frame) -> None:
        await self._send_snapshot(await self._as_agent(snapshot, clock.now()))

    @hears("heartbeat")
    async def heartbeat(self, frame: Frame) -> None:
        revision = None if frame.get("rev") is None else number_of(frame, "rev")  # none before the first snapshot
        known = self.underway.counted(named_talks(frame), monotonic())
        liveness.seen(self.key)
        sent = self.sent
        if sent is None:
            raise Refused("hello_first")
        if revision is not None:
            self.unread.acknowledge(revision, highest=sent.revision)
        behind = await self._as_agent(self._missed, sent, known)
        for news in behind.talks:
            await self._send_talk((news["company"], UUID(news["conversation"])), news)
        for talk in behind.hidden:
            await self._hide(talk)
        for card in behind.cards:
            await self._send_card(sent, card, sent.revision)
        if behind.questions is not None:
            await self._send_questions(behind.questions)
        if behind.notices is not None:
            await self._send_notices(behind.notices)
        if behind.snapshot:
            sent = await self._send_snapshot(await self._as_agent(snapshot, clock.now()))
        await self.send_frame("heartbeat", now=clock.now().isoformat(), rev=sent.revision)

    @hears("conversation.open")
    async def open_conversation(self, frame: Frame) -> None:
        request_id = uuid_of(frame, "id")
        schema, conversation_id = requests.named_talk(frame)
        with requests.refusals():
            found = await self._as_agent(open_talk, schema, conversation_id)
        await self._subscribe((schema, conversation_id), found["conversation"]["rev"])
        await self.send_frame("conversation.snapshot", **found, id=str(request_id))
        await self._catch_up((schema, conversation_id))  # what came between the reading and the joining

    @hears("typing")
    async def type_to_visitor(self, frame: Frame) -> None:
        on = truth_of(frame, "on")
        to = await self._ask(requests.type_to_visitor, frame)
        await self.tell_group(to["group"], {"type": "typing", "on": on, "name": to["name"]})

    @hears("read")
    async def mark_read(self, frame: Frame) -> None:
        await self._ask(requests.mark_read, frame)

    @hears("item.focus")
    async def focus(self, frame: Frame) -> None:
        await self._ask(requests.focus, frame)

    @answers("presence.set")
    async def set_presence(self, frame: Frame) -> Frame:
        return await self._ask(requests.set_presence, frame)

    @answers("offer.accept")
    async def accept_offer(self, frame: Frame) -> Frame:
        return await self._ask(requests.accept_offer, frame)

    @answers("offer.decline")
    async def decline_offer(self, frame: Frame) -> Frame:
        return await self._ask(requests.decline_offer, frame)

    @answers("message.send")
    async def send_message(self, frame: Frame) -> Frame:
        return await self._ask(requests.send_message, frame)

    @answers("note.add")
    async def add_note(self, frame: Frame) -> Frame:
        return await self._ask(requests.add_note, frame)

    @answers("draft.save")
    async def save_draft(self, frame: Frame) -> Frame:
        return await self._ask(requests.save_draft, frame)

    @answers("message.redact")
    async def redact_message(self, frame: Frame) -> Frame:
        return await self._ask(requests.redact_message, frame)

    @answers("conversation.finish")
    async def finish_conversation(self, frame: Frame) -> Frame:
        return await self._ask(requests.finish_conversation, frame)

    @answers("item.transfer")
    async def transfer_item(self, frame: Frame) -> Frame:
        return await self._ask(requests.transfer_item, frame)

    @answers("wrap_up.extend")
    async def extend_wrap_up(self, frame: Frame) -> Frame:
        return await self._ask(requests.extend_wrap_up, frame)

    @answers("wrap_up.finish")
    async def finish_wrap_up(self, frame: Frame) -> Frame:
        return await self._ask(requests.finish_wrap_up, frame)

    @answers("customer.block")
    async def block_customer(self, frame: Frame) -> Frame:
        return await self._ask(requests.block_customer, frame)

    # Told by the house ------------------------------------------------------------------------------------------------

    def news_key(self, message: Frame) -> tuple[object, ...]:
        """Each revision for itself: the desk sees gaps in its own stream, and older ones cost nothing here."""
        return (*super().news_key(message), message["revision"])

    async def news(self, message: Frame) -> None:
        name = message["name"]
        if name in STREAM:
            await self._stream_news(message)
        elif name == "conversation.changed":
            await self._talk_changed(message)
        elif name == "questions.changed":
            await self._send_questions(await self._as_agent(questions_of))
        elif name == "notices.changed":
            await self._send_notices(await self._as_agent(notice_frames, clock.now()))
        elif name == "presence.forced":
            await self._presence_forced(message)
        elif name == "rights.changed":
            await self._rights_changed()
        elif name == "desk.opened":
            await self._as_agent(self._keep_place)

    def sent_up_to(self) -> int:
        return self.sent.revision if self.sent else 0

    async def typing(self, message: Frame) -> None:
        schema, conversation_id = message["schema"], message["conversation"]
        if (schema, UUID(conversation_id)) in self.talks:
            await self.send_frame("typing", company=schema, conversation=conversation_id, on=message["on"])

    async def _stream_news(self, message: Frame) -> None:
        """Of revision 0: something on the agent's desk changed without a step of the stream."""
        sent = self.sent
        if sent is None or 0 < message["revision"] <= sent.whole:
            return  # a snapshot has it, or will
        if message["name"] == "agent.changed":
            sent.me = await self._as_agent(me)
            await self.send_frame("agent.changed", rev=sent.step(message["revision"]), me=sent.me)
            return
        item_id = int(message["object_id"])
        card, news = await self._as_agent_in(message["schema"], card_news, item_id, dict(self.talks))
        if news is not None:
            await self._send_talk((news["company"], UUID(news["conversation"])), news)
        if card is None:
            sent.versions.pop(item_id, None)
            await self.send_frame("item.removed", rev=sent.step(message["revision"]), item=item_id)
        else:
            await self._send_card(sent, card, sent.step(message["revision"]))

    async def _talk_changed(self, message: Frame) -> None:
        talk = (message["schema"], UUID(message["object_id"]))
        if talk in self.talks and self.talks[talk] < message["revision"]:
            await self._catch_up(talk)

    async def _presence_forced(self, message: Frame) -> None:
        forced = await self._as_agent(forced_frame, int(message["object_id"]))
        if forced:
            await self.send_frame("presence.forced", **forced)

    async def _rights_changed(self) -> None:
        """What is not served any more is left; the rest is told whole."""
        whole = await self._as_agent(snapshot, clock.now())
        for talk in list(self.talks):
            if talk[0] not in whole["companies"]:
                await self._hide(talk)
        await self._send_snapshot(whole)

    # What it holds ----------------------------------------------------------------------------------------------------

    async def _send_snapshot(self, whole: Snapshot) -> Sent:
        self.sent = sent = Sent.of(whole)
        self.setting_at = monotonic()
        await self.send_frame("snapshot", **whole)
        return sent

    async def _send_card(self, sent: Sent, card: Card, revision: int) -> None:
        sent.versions[card["id"]] = card["version"]
        self.underway.note((card["company"], UUID(card["conversation"])), card["rev"], monotonic())
        await self.send_frame("item.changed", rev=revision, item=card)

    async def _subscribe(self, talk: TalkKey, revision: int) -> None:
        self.talks[talk] = revision
        self.talks.move_to_end(talk)
        if len(self.talks) > MOST_OPENED:
            await self._leave_talk(next(iter(self.talks)))
        await self.join(groups.conversation_staff(*talk))

    async def _leave_talk(self, talk: TalkKey) -> None:
        del self.talks[talk]
        await self.leave(groups.conversation_staff(*talk))

    async def _hide(self, talk: TalkKey) -> None:
        """May not be read any more: off the screen with it."""
        await self._leave_talk(talk)
        await self.send_frame("conversation.hidden", company=talk[0], conversation=str(talk[1]))

    async def _catch_up(self, talk: TalkKey) -> None:
        try:
            news = await self._as_agent_in(talk[0], talk_news, *talk, self.talks[talk])
        except NotFound:
            await self._hide(talk)
            return
        if news:
            await self._send_talk(talk, news)

    async def _send_notices(self, notices: list[NoticeFrame]) -> None:
        if self.sent is not None:
            self.sent.notices = notices
        await self.send_frame("notices.changed", notices=notices)

    async def _send_questions(self, questions: list[Question]) -> None:
        if self.sent is not None:
            self.sent.questions = questions
        await self.send_frame("questions.changed", questions=questions)

    async def _send_talk(self, talk: TalkKey, news: DeskNews) -> None:
        self.talks[talk] = news["rev"]
        self.underway.note(talk, news["rev"], monotonic())
        await self.send_frame("messages", **news)

    # In one hop with the check ----------------------------------------------------------------------------------------

    async def _ask(self, request: requests.Request, frame: Frame) -> Frame:
        with requests.refusals():
            return await self._as_agent(request, frame, clock.now())

    async def _as_agent(self, work: Callable[Concatenate[Agent, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._as_agent_in(SHARED_SCHEMA, work, *args, **kwargs)

    async def _as_agent_in(
        self, schema: str, work: Callable[Concatenate[Agent, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Shared tables are there inside a company too: what is one company's needs no way by the shared schema."""
        if self.visit is None:  # the database was away when the socket opened
            await self._begin()

        def checked() -> R:
            return work(self._entitled(), *args, **kwargs)

        return await in_tenant(schema, checked)

    def _missed(self, agent: Agent, sent: Sent, known: dict[TalkKey, int]) -> Missed:
        self._keep_place(agent)
        due = monotonic() - self.setting_at >= SETTING_EVERY
        if due:
            self.setting_at = monotonic()
        return missed(agent, sent, known, set(self.talks), clock.now(), with_setting=due)

    def _keep_place(self, agent: Agent) -> None:
        """Raises CloseSocket."""
        if is_crowded_out(agent_id=agent.pk, key=self.key, now=clock.now()):
            raise CloseSocket(Close.CROWDED_OUT)

    async def _begin(self) -> None:
        with COMING(SHARED_SCHEMA):
            agent = await in_shared(self._enter)
        translation.activate(agent.user.language)
        await self.join(groups.user(agent.user_id))
        await self.join(groups.agent(agent.pk))
        liveness.seen(self.key)

    def _enter(self) -> Agent:
        """Raises CloseSocket."""
        visit = open_visit(self.scope["cookies"].get(settings.SESSION_COOKIE_NAME), host=settings.SHARED_HOST)
        if isinstance(visit, Refusal):
            raise CloseSocket(Close.NOT_SIGNED_IN)
        shared = Tenant.with_shared.get(schema_name=SHARED_SCHEMA)
        agent = agent_of_visit(visit)
        if agent is None or may_open_socket(self.scope["path"], user=agent.user, tenant=shared) is not Verdict.ALLOWED:
            raise CloseSocket(Close.REVOKED)
        open_socket(
            agent_id=agent.pk, key=self.key, session=mark(visit.session_key), process=liveness.PROCESS, now=clock.now()
        )
        self.visit = visit
        return agent

    def _entitled(self) -> Agent:
        """Raises CloseSocket: the session has ended, or the right has."""
        if self.visit is None:
            raise CloseSocket(Close.NOT_SIGNED_IN)
        agent = agent_of_visit(self.visit)
        if agent is not None:
            return agent
        why = open_visit(self.visit.session_key, host=settings.SHARED_HOST)
        if isinstance(why, Refusal):
            end_session(session=mark(self.visit.session_key), now=clock.now())
        raise CloseSocket(Close.NOT_SIGNED_IN if why is Refusal.NOT_SIGNED_IN else Close.REVOKED)


def named_talks(frame: Frame) -> dict[TalkKey, int]:
    """The heartbeat's {"schema/uuid": revision}. Raises Refused."""
    named = frame.get("conversations", {})
    if not isinstance(named, dict) or len(named) > MOST_NAMED:
        raise Refused("malformed", field="conversations")
    known: dict[TalkKey, int] = {}
    for name in named:
        schema, _, conversation_id = name.partition("/")
        known[schema, uuid_of({"conversations": conversation_id}, "conversations")] = number_of(named, name)
    return known
