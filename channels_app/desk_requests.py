"""What an agent asks for by a frame. Each runs in one hop in the shared schema, after the agent's right was checked,
and enters the company by itself. A conversation that the agent may not read and one that does not exist are refused
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels_app.frames import Frame, Refused, number_of, text_of, truth_of, uuid_of, uuids_of
from contactcenter.faces.desk.rights import Talk, readable
from contactcenter.lib import groups
from contactcenter.operation.agents import services as agents
from contactcenter.operation.agents.models import Agent, Presence
from contactcenter.operation.routing import services as routing
from contactcenter.records.conversations import services as conversations
from contactcenter.records.conversations.models import Conversation, Note

Answer = dict[str, Any]
Request = Callable[[Agent, Frame, datetime], Answer]

WORDS = {
    "not_found": _("This conversation does not exist, or is not yours to see."),
    "not_yours": _("This is not in your hands any more."),
    "offer_gone": _("This offer is gone."),
    "closed": _("This conversation has ended."),
    "empty": _("Write something first."),
    "too_long": _("This is too long."),
    "id_taken": _("This was sent before, as something else."),
    "too_many_files": _("These are too many files for one message."),
    "file_gone": _("A file is not there any more: add it again."),
    "wrong_brand": _("This names another company."),
    "disposition_missing": _("Choose an outcome."),
    "unknown_colleague": _("This colleague does not serve this company."),
    "no_such_target": _("The conversation cannot go there."),
    "not_chosen": _("Choose one from the list."),
    "extended": _("It was extended once already."),
}


def refused(code: str, *, field: str = "", **more: Any) -> Refused:
    return Refused(code, WORDS.get(code, ""), field=field, **more)


@contextmanager
def refusals() -> Iterator[None]:
    """The services' named errors as the protocol's codes."""
    try:
        yield
    except conversations.WrongBrand as error:
        raise refused(error.code, field=error.field, found=error.found) from error
    except conversations.TooLong as error:
        raise refused(error.code, field=error.field, limit=error.limit) from error
    except (conversations.ConversationError, routing.RoutingError, agents.UnknownReason) as error:
        raise refused(error.code, field=error.field) from error


def named_talk(frame: Frame) -> tuple[str, UUID]:
    return text_of(frame, "company"), uuid_of(frame, "conversation")


@contextmanager
def talk_of(agent: Agent, frame: Frame) -> Iterator[Talk]:
    """Inside the company of the conversation that the frame names."""
    with readable(agent, *named_talk(frame)) as talk:
        yield talk


def set_presence(agent: Agent, frame: Frame, now: datetime) -> Answer:
    presence = text_of(frame, "presence")
    if presence not in agents.CHOSEN:
        raise refused("not_chosen", field="presence")
    choose_presence(agent, presence, text_of(frame, "reason", default=""), now)
    return {}


def accept_offer(agent: Agent, frame: Frame, now: datetime) -> Answer:
    taken = conversations.take(item_id=number_of(frame, "item"), agent=agent, now=now)
    return {"company": taken.tenant.schema_name, "conversation": str(taken.conversation.pk)}


def decline_offer(agent: Agent, frame: Frame, now: datetime) -> Answer:
    routing.decline(item_id=number_of(frame, "item"), agent_id=agent.pk, now=now)
    return {}


def focus(agent: Agent, frame: Frame, now: datetime) -> Answer:
    item_id = None if frame.get("item") is None else number_of(frame, "item")
    routing.focus(agent_id=agent.pk, item_id=item_id, now=now)
    return {}


def send_message(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        message = conversations.reply(
            tenant=talk.company,
            agent=agent,
            conversation_id=talk.conversation.pk,
            message_id=uuid_of(frame, "id"),
            text=text_of(frame, "text"),
            files=uuids_of(frame, "files"),
            override=text_of(frame, "override", default=""),
            now=now,
        )
        return {"sequence": message.sequence, "rev": message.revision}


def add_note(agent: Agent, frame: Frame, now: datetime) -> Answer:
    kind = text_of(frame, "kind", default=Note.Kind.NOTE)
    if kind not in (Note.Kind.NOTE, Note.Kind.QUESTION, Note.Kind.ANSWER):
        raise refused("not_chosen", field="kind")
    with talk_of(agent, frame) as talk:
        conversations.add_note(
            tenant=talk.company,
            user=agent.user,
            conversation_id=talk.conversation.pk,
            note_id=uuid_of(frame, "id"),
            text=text_of(frame, "text"),
            kind=Note.Kind(kind),
            to=number_of(frame, "to") if kind == Note.Kind.QUESTION else None,
            answers=uuid_of(frame, "answers") if kind == Note.Kind.ANSWER else None,
            now=now,
        )
    return {}


def type_to_visitor(agent: Agent, frame: Frame, now: datetime) -> Answer:
    """The visitor's group, if this agent speaks to them now."""
    with talk_of(agent, frame) as talk:
        item = routing.live_item(tenant=talk.company, conversation=talk.conversation.pk)
        if item is None or item.agent_id != agent.pk:
            raise refused("not_yours")
        group = groups.conversation_visitor(talk.company.schema_name, talk.conversation.pk)
        return {"group": group, "name": agent.alias}


def mark_read(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        conversations.mark_read(
            tenant=talk.company,
            agent=agent,
            conversation_id=talk.conversation.pk,
            sequence=number_of(frame, "sequence"),
        )
    return {}


def save_draft(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        conversations.save_draft(
            tenant=talk.company,
            user=agent.user,
            conversation_id=talk.conversation.pk,
            text=text_of(frame, "text"),
            now=now,
        )
    return {}


def redact_message(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        conversations.redact(
            tenant=talk.company,
            user=agent.user,
            conversation_id=talk.conversation.pk,
            message_id=uuid_of(frame, "message"),
            now=now,
        )
    return {}


def finish_conversation(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        conversations.finish(
            tenant=talk.company,
            agent=agent,
            conversation_id=talk.conversation.pk,
            by=Conversation.ClosedBy.AGENT,
            now=now,
        )
    return {}


def transfer_item(agent: Agent, frame: Frame, now: datetime) -> Answer:
    conversations.transfer(
        item_id=number_of(frame, "item"),
        agent=agent,
        to_queue=target_of(frame, "queue"),
        to_agent=target_of(frame, "agent"),
        warm=truth_of(frame, "warm"),
        note=text_of(frame, "note", default=""),
        now=now,
    )
    return {}


def extend_wrap_up(agent: Agent, frame: Frame, now: datetime) -> Answer:
    routing.extend_wrap_up(item_id=number_of(frame, "item"), agent_id=agent.pk, now=now)
    return {}


def finish_wrap_up(agent: Agent, frame: Frame, now: datetime) -> Answer:
    then = text_of(frame, "then", default="")
    if then not in ("", Presence.AVAILABLE, Presence.BREAK):
        raise refused("not_chosen", field="then")
    with transaction.atomic():
        conversations.wrap_up(
            item_id=number_of(frame, "item"),
            agent=agent,
            disposition=text_of(frame, "disposition", default=""),
            summary=text_of(frame, "summary", default=""),
            now=now,
        )
        if then:
            choose_presence(agent, then, "", now)
    return {}


def block_customer(agent: Agent, frame: Frame, now: datetime) -> Answer:
    with talk_of(agent, frame) as talk:
        conversations.block_customer(
            tenant=talk.company,
            user=agent.user,
            conversation_id=talk.conversation.pk,
            reason=text_of(frame, "reason"),
            now=now,
        )
    return {}


def choose_presence(agent: Agent, presence: str, reason: str, now: datetime) -> None:
    agents.set_presence(agent_id=agent.pk, presence=presence, reason=reason, now=now)


def target_of(frame: Frame, name: str) -> int | None:
    return None if frame.get(name) is None else number_of(frame, name)
