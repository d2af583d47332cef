"""Sockets of the floor and of a screen on the wall, and a second reducer written from the protocol."""

from __future__ import annotations

from typing import Any

from contactcenter.faces.floor.reading import PARTS
from tests.channels_app.desks import Desk, Frame


class FloorSocket(Desk):
    path = "/ws/floor/"


class WallSocket(Desk):
    path = "/ws/wall/"

    def __init__(self, token: str, *, origin: str = "") -> None:
        self.subprotocols = ("contactcenter.v1", f"token.{token}")
        super().__init__("", **({"origin": origin} if origin else {}))


class FloorScreen:
    """All that a floor's page knows, by docs/protocol.md."""

    def __init__(self) -> None:
        self.rev: int | None = None
        self.stale = False
        self.parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}

    def take_in(self, frame: Frame) -> None:
        if frame["t"] == "snapshot":
            self.rev, self.stale = frame["rev"], False
            self.parts = {part: dict(frame[part]) for part in PARTS}
        elif frame["t"] == "floor.changed" and self.rev is not None and frame["rev"] > self.rev:
            if frame["rev"] > self.rev + 1:
                self.stale = True
                return
            self.rev = frame["rev"]
            for part in PARTS:
                change = frame.get(part, {"put": {}, "gone": []})
                for key in change["gone"]:
                    self.parts[part].pop(key, None)
                self.parts[part].update(change["put"])
        elif frame["t"] == "heartbeat":
            self.stale = self.stale or (self.rev is not None and frame["rev"] != self.rev)
