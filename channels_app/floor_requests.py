"""What a supervisor asks for by a frame. Each runs in one hop in the shared schema, after the right was checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.frames import Frame, Refused, number_of, text_of
from contactcenter.faces.floor.days import day_of
from contactcenter.faces.floor.story import story_of
from contactcenter.operation.accounts.models import User
from contactcenter.operation.agents import services as agents
from contactcenter.operation.routing import services as routing

Answer = dict[str, Any]
Request = Callable[[User, Frame, datetime], Answer]

WORDS = {
    "not_waiting": _("It was answered, or is over: nothing was changed."),
    "no_such_target": _("It cannot go there: the queue or the agent is not available for this company now."),
    "not_chosen": _("Choose one from the list."),
    "reason_missing": _("Say why, in 200 characters at most: the agent reads it."),
    "not_from_here": _("The agent's state has changed meanwhile: nothing was done."),
    "not_allowed": _("Only supervisors and admins may do this."),
}


@contextmanager
def refusals() -> Iterator[None]:
    """The services' named errors as the protocol's codes."""
    try:
        yield
    except (routing.RoutingError, agents.ReasonMissing, agents.NotFromHere) as error:
        raise Refused(error.code, WORDS.get(error.code, ""), field=error.field) from error


def move_item(user: User, frame: Frame, now: datetime) -> Answer:
    routing.move(item_id=number_of(frame, "item"), queue_id=number_of(frame, "queue"), by=user, now=now)
    return {}


def reassign_item(user: User, frame: Frame, now: datetime) -> Answer:
    routing.reassign(item_id=number_of(frame, "item"), agent_id=number_of(frame, "agent"), by=user, now=now)
    return {}


def reprioritise_item(user: User, frame: Frame, now: datetime) -> Answer:
    priority = frame.get("priority")
    if type(priority) is not int:
        raise Refused("malformed", field="priority")
    routing.reprioritise(item_id=number_of(frame, "item"), priority=priority, by=user, now=now)
    return {}


def force_presence(user: User, frame: Frame, now: datetime) -> Answer:
    agents.force_presence(
        agent_id=number_of(frame, "agent"),
        presence=text_of(frame, "presence"),
        reason=text_of(frame, "reason", default=""),
        by=user,
        now=now,
    )
    return {}


def tell_story(user: User, frame: Frame, now: datetime) -> Answer:
    return {"events": story_of(number_of(frame, "item"))}


def tell_day(user: User, frame: Frame, now: datetime) -> Answer:
    return {"day": day_of(number_of(frame, "agent"), zone=text_of(frame, "zone", default="UTC"), now=now)}
