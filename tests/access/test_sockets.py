"""Threat T5: who opens each socket, and that its frames reach nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from channels_app import frames
from channels_app.desk import DeskConsumer
from channels_app.floor import FloorConsumer
from channels_app.wall import WallConsumer
from channels_app.widget import WidgetConsumer
from contactcenter.access.sockets import SOCKETS
from contactcenter.access.who import Place
from tenants.door import in_shared
from tests.access.askers import askers
from tests.access.expected import expected_sockets
from tests.access.frames import FRAMES, NAMELESS
from tests.access.house import House
from tests.access.lines import walk_along
from tests.access.walk import Outcome
from tests.access.witness import Witness

CONSUMERS = {
    "/ws/desk/": DeskConsumer,
    "/ws/floor/": FloorConsumer,
    "/ws/wall/": WallConsumer,
    "/ws/widget/": WidgetConsumer,
}


@pytest.mark.parametrize("place", Place)
async def test_every_socket_as_everybody(
    place: Place, living_house: House, monkeypatch: pytest.MonkeyPatch, judge: Callable[[Outcome], None]
) -> None:
    monkeypatch.setattr(frames, "BURST", 1000)  # nobody asks for so many things of others so fast
    witness = await in_shared(Witness)
    who = await in_shared(lambda: {asker.name: asker for asker in askers(living_house, place)})
    whole = Outcome()
    with witness.listening():
        for path in SOCKETS:
            outcome = await walk_along(place, path, who)
            whole.tried += outcome.tried
            whole.wrong += outcome.wrong
        whole.wrong += witness.logged()
        whole.wrong += await in_shared(witness.changed_companies)
    judge(whole)


def test_no_socket_and_no_frame_is_forgotten() -> None:
    for place in Place:
        assert set(expected_sockets(place)) == set(SOCKETS)
    assert set(CONSUMERS) == set(SOCKETS)
    for path, consumer in CONSUMERS.items():
        assert {ask.name for ask in FRAMES[path]} | NAMELESS[path] == set(consumer.handlers), path
