"""What a person sees of one conversation."""

from __future__ import annotations

from typing import Any


class Screen:
    """Messages in the order of their numbers, and the revision up to which they are known."""

    def __init__(self) -> None:
        self.by_id: dict[str, dict[str, Any]] = {}
        self.rev = 0

    def show(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self.by_id[message["id"]] = message
            self.rev = max(self.rev, message["rev"])

    @property
    def texts(self) -> list[str]:
        ordered = sorted(self.by_id.values(), key=lambda message: message["sequence"])
        return [message["text"] for message in ordered if message["author"] != "system"]

    @property
    def sequences(self) -> list[int]:
        return sorted(message["sequence"] for message in self.by_id.values())
