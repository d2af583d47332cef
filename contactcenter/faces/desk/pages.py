"""What every page of the desk has in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from contactcenter.faces.desk.rights import agents
from contactcenter.operation.agents.models import Agent
from contactcenter.records.conversations.services import NotFound

P = ParamSpec("P")


def for_agents(
    view: Callable[Concatenate[HttpRequest, Agent, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Gives the page its agent. What is not theirs is missing."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        agent = agents().filter(user=request.user.pk).first() if request.user.pk else None
        if agent is None:
            raise Http404
        try:
            return view(request, agent, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return page
