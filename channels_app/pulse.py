"""The heartbeats of many visitors, answered by one look: those of a company that come within a moment share a hop."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextvars import Context
from typing import TypeAlias

from channels_app.lanes import VISITORS
from channels_app.middleware import Company
from contactcenter.gateways.webchat.talk import Pulse, pulses
from contactcenter.gateways.webchat.visitors import TokenGone
from contactcenter.lib import clock
from tenants.door import in_tenant

A_MOMENT = 0.03  # seconds

Asked: TypeAlias = defaultdict[Company, dict[str, asyncio.Future[Pulse]]]


class Pulses:
    """Of one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._asked: Asked = defaultdict(dict)
        self._task: asyncio.Task[None] | None = None

    async def feel(self, company: Company, token: str) -> Pulse:
        """As it is now. Raises what `pulses` raises, and TokenGone."""
        askers = self._asked[company]
        answer = askers.setdefault(token, self.loop.create_future())
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_while_asked(), context=Context())  # in the name of all
        return await asyncio.shield(answer)  # another page of the same visitor may wait for it too

    async def _look_while_asked(self) -> None:
        while self._asked:
            await asyncio.sleep(A_MOMENT)
            asked, self._asked = self._asked, defaultdict(dict)
            await asyncio.gather(*(look(company, askers) for company, askers in asked.items()))


async def look(company: Company, askers: dict[str, asyncio.Future[Pulse]]) -> None:
    try:
        with VISITORS(company.schema):
            found = await in_tenant(company.schema, pulses, company_id=company.id, tokens=[*askers], now=clock.now())
    except Exception as error:  # noqa: BLE001  each of them is told
        fail([*askers.values()], error)
        return
    for token, answer in askers.items():
        if token in found:
            answer.set_result(found[token])
        else:
            fail([answer], TokenGone())


def fail(answers: list[asyncio.Future[Pulse]], error: Exception) -> None:
    for answer in answers:
        answer.set_exception(error)
        answer.exception()  # who asked may be gone: then nobody else takes note of it


_pulses: Pulses | None = None


async def feel(company: Company, token: str) -> Pulse:
    global _pulses  # noqa: PLW0603
    if _pulses is None or _pulses.loop is not asyncio.get_running_loop():
        _pulses = Pulses()
    return await _pulses.feel(company, token)
