"""A socket of anybody, to any address, and the walk along all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from contactcenter.access.who import Place
from tests.access.askers import HOSTS, Asker
from tests.access.cases import Values, others
from tests.access.expected import expected_sockets
from tests.access.frames import FRAMES, Ask
from tests.access.walk import Outcome
from tests.access.witness import signs_of_others
from tests.channels_app.desks import Desk, Frame

WORDS = {4401: "sign-in", 4403: "no"}
addresses = (f"127.9.{number >> 8 & 255}.{number & 255}" for number in count(1))


class Line(Desk):
    def __init__(self, path: str, place: Place, asker: Asker) -> None:
        host = f"{HOSTS[place]}:{settings.PORT}"
        scope = {
            "path": path,
            "client": [next(addresses), 1],
            "headers": [
                (b"host", host.encode()),
                (b"origin", f"{settings.PUBLIC_SCHEME}://{host}".encode()),
                (b"cookie", f"{settings.SESSION_COOKIE_NAME}={asker.session}".encode()),
            ],
            "subprotocols": ["contactcenter.v1", f"token.{asker.key}"] if asker.key else [],
        }
        self.dial(scope)

    async def enter(self) -> str:
        """How far it comes, in the words of expected.py."""
        if not await self.connect():
            return "refused"
        await self.send("hello", rev=0)
        first = await self.receive()
        if first is None:
            return WORDS.get(self.closed_with or 0, f"closed with {self.closed_with}")
        self.told.append(first)
        return "in"


async def walk_along(place: Place, path: str, askers: Mapping[str, Asker]) -> Outcome:
    outcome = Outcome()
    for name, wanted in expected_sockets(place)[path].items():
        line = Line(path, place, askers[name])
        found = await line.enter()
        outcome.tried += 1
        if found != wanted:
            outcome.wrong.append(f"{path}: {name}: {found}, not {wanted}")
        if found == "in":
            await ask_for_others(line, path, askers[name], outcome)
            await line.leave()
    return outcome


async def ask_for_others(line: Line, path: str, asker: Asker, outcome: Outcome) -> None:
    holds_nothing = asker.name == "supervisor" and path == "/ws/desk/"
    for ask in FRAMES[path]:
        if not (holds_nothing and ask.own):
            await try_frame(line, f"{path} {ask.name}", ask, asker, outcome)
    if path != "/ws/floor/":  # which shows every company
        said = json.dumps(line.told).lower()
        outcome.wrong += [f"{path}: {asker.name}: shows {sign}" for sign in signs_of_others(asker) if sign in said]


async def try_frame(line: Line, name: str, ask: Ask, asker: Asker, outcome: Outcome) -> None:
    own = {slot: asker.own(thing) for slot, thing in ask.swapped.items()}
    foreign = {slot: asker.foreign(thing, elsewhere=True) for slot, thing in ask.swapped.items()}
    around = {slot: asker.own(thing) for slot, thing in ask.own.items()}
    first: Frame | None = None
    for objects, values in others(own, foreign, one_by_one=True):
        answer = await refusal(line, ask.name, {**ask.fields, **as_json({**around, **values})})
        outcome.tried += 1
        if answer.get("code", "") != ask.code:
            outcome.wrong.append(f"{name}: {asker.name}, {objects}: {answer}, not {ask.code}")
        first = first or answer
        if answer != first:
            outcome.wrong.append(f"{name}: {asker.name}, {objects}: is told apart, {answer} from {first}")


async def refusal(line: Line, name: str, fields: Frame) -> Frame:
    """Without its id: also of a frame that has no answer when it is good."""
    key = str(uuid4())
    await line.send(name, id=key, **fields)
    answer = await line.until(lambda frame: frame["t"] in ("error", "ok", "conversation.snapshot"))
    line.told.append(answer)
    return {field: value for field, value in answer.items() if field != "id"}


def as_json(values: Values) -> Frame:
    return {slot: as_field(slot, value) for slot, value in values.items()}


def as_field(slot: str, value: Any) -> Any:
    text = str(value) if isinstance(value, UUID) else value
    return [text] if slot == "files" else text
