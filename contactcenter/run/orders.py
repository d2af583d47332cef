"""What another terminal asks of the supervisor, over a socket that its owner alone may open: `restart`. The answer is a
line for each step, then how it ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from contactcenter.run.place import Place
from contactcenter.run.refusal import Refusal
from contactcenter.run.terminal import say

Order = Callable[[Callable[[str], None]], Awaitable[None]]
DONE, FAILED = "done", "failed: "
BROKE = "something broke on our side: see the lines of `make run`."

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def taking_orders(place: Place, orders: Mapping[str, Order]) -> AsyncIterator[None]:
    """As long as the body runs; then what is being done is cancelled."""
    one_at_a_time = asyncio.Lock()
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            writer.write(f"{await answer((await reader.readline()).decode().strip(), writer)}\n".encode())
            await writer.drain()
        except ConnectionError:  # nobody listens any more; the order was carried out
            return
        finally:
            at_work.discard(task)
            writer.close()

    async def answer(name: str, writer: asyncio.StreamWriter) -> str:
        if name not in orders:
            return f"{FAILED}there is no order {name!r}."
        if one_at_a_time.locked():
            return f"{FAILED}one is being carried out already."
        try:
            async with one_at_a_time:
                await orders[name](lambda step: writer.write(f"{step}\n".encode()))
        except Refusal as refusal:
            return f"{FAILED}{refusal}"
        except Exception:  # the product runs on
            log.exception("the order %s", name)
            return FAILED + BROKE
        return DONE

    place.control.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, place.control)
    place.control.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        for task in list(at_work):
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        place.control.unlink(missing_ok=True)


def order(place: Place, name: str) -> int:
    """Asks the supervisor of this place, and shows each step as it comes. Raises Refusal."""
    started = time.monotonic()
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(place.control))
        except (FileNotFoundError, ConnectionRefusedError):
            raise Refusal(f"Nothing that takes orders runs in {place.data}: `make run` starts it.") from None
        line.sendall(f"{name}\n".encode())
        for text in line.makefile():
            said = text.strip()
            if said.startswith(FAILED):
                raise Refusal(f"It stays as it was from here on: {said.removeprefix(FAILED)}")
            if said == DONE:
                say(f"Done after {time.monotonic() - started:.0f} s.")
                return 0
            say(f"  {said}")
    raise Refusal("The supervisor ended meanwhile.")
