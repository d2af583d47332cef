"""A minute without a word on either side, longer than any read time-out on the way: then both hear each other."""

from __future__ import annotations

import asyncio

import pytest

from contactcenter.demo.clients import Desk, Visitor
from contactcenter.demo.running import Demo

QUIET = 60  # seconds
AT_ONCE = 3  # seconds: less than a heartbeat takes to heal a lost push


@pytest.mark.faults
async def test_idle_sockets_get_their_push_after_a_minute(demo: Demo) -> None:
    login = demo.login("agent", "nils@bpo.example")
    desk = Desk(port=demo.port, email=login["email"], password=login["password"])
    visitor = Visitor(port=demo.port, host=demo.facts["hosts"]["companies"]["aurora"].split(":")[0], name="Ida Quiet")
    desk.heartbeat_seconds = visitor.heartbeat_seconds = 10
    try:
        await desk.open()
        await visitor.open("Are you there?")
        await visitor.until(lambda: visitor.conversation.get("agent") == "Nils", what="an agent")
        key = ("aurora", visitor.conversation["id"])
        await desk.until(lambda: key in desk.screens and "Are you there?" in desk.screens[key].texts, what="the talk")
        desk_line, visitor_line = desk.socket, visitor.socket
        await asyncio.sleep(QUIET)
        assert (await desk.say(key, "Yes, still here"))["t"] == "ok"
        await visitor.until(lambda: "Yes, still here" in visitor.screen.texts, seconds=AT_ONCE, what="the agent's word")
        assert (await visitor.say("So am I"))["t"] == "ok"
        await desk.until(lambda: "So am I" in desk.screens[key].texts, seconds=AT_ONCE, what="the visitor's word")
        assert (desk.socket, visitor.socket) == (desk_line, visitor_line), "a socket was cut and came back"
        await visitor.ask("conversation.end")
        await desk.until(lambda: any(item["state"] == "wrap_up" for item in desk.items.values()), what="the wrap-up")
        (item,) = (item for item in desk.items.values() if item["state"] == "wrap_up")
        await desk.ask("wrap_up.finish", item=item["id"], disposition="information-given", summary="", then="")
        await desk.ask("presence.set", presence="offline")
    finally:
        await visitor.stop()
        await desk.stop()
