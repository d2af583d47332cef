"""Python loads this by itself where PYTHONPATH names its folder: a process of the product then dies at a named point as
soon as a file of that name lies in the folder POINTS. The product itself knows nothing of it.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

WEB, RELAY = "web", "relay"
# Point → the process that passes it, what it is beside, and whether before or after that.
POINTS = {
    "locked": (WEB, "contactcenter.records.conversations.models:Message.save", "before"),
    "inserted": (WEB, "contactcenter.records.conversations.models:Message.save", "after"),
    "uncommitted": (WEB, "contactcenter.operation.outbox.services:write", "after"),
    "committed": (WEB, "contactcenter.records.conversations.services:receive", "after"),
    "published": (RELAY, "channels_redis.pubsub:RedisPubSubLoopLayer.group_send", "after"),
    "unacknowledged": (WEB, "channels_app.frames:FrameConsumer.send_frame", "before"),  # where it sends `ok`
}


def watch(process: str) -> None:
    for point, (where, name, when) in POINTS.items():
        if where == process:
            module, _, path = name.partition(":")
            *owners, last = path.split(".")
            owner = functools.reduce(getattr, owners, importlib.import_module(module))
            setattr(owner, last, beside(point, getattr(owner, last), when))


def beside(point: str, function: Callable[..., Any], when: str) -> Callable[..., Any]:
    here = Path(os.environ["POINTS"], point)

    def reached(*arguments: Any) -> None:
        if point == "unacknowledged" and arguments[1] != "ok":
            return
        try:
            here.unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(function)
    def passed(*arguments: Any, **options: Any) -> Any:
        if when == "before":
            reached(*arguments)
        result = function(*arguments, **options)
        if when == "after" and hasattr(result, "__await__"):
            return after(result, *arguments)
        if when == "after":
            reached(*arguments)
        return result

    async def after(result: Any, *arguments: Any) -> Any:
        value = await result
        reached(*arguments)
        return value

    return passed


def begin() -> None:
    """With Django: what is watched can be imported from then on."""
    import django

    set_up = django.setup

    def set_up_and_watch(*arguments: Any, **options: Any) -> None:
        set_up(*arguments, **options)
        watch(os.environ["PROCESS_NAME"].partition("-")[0])

    django.setup = set_up_and_watch


if os.environ.get("PROCESS_NAME") and os.environ.get("POINTS"):
    begin()
