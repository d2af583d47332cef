"""The least that a chat needs: a websocket server that inserts and commits each message, then sends it to the agent.

`python -m bench.peers.bare PORT`. Visitors connect to /visitor/CHAT, agents to /agent/NUMBER; chat c is of the agent
c % AGENTS.
"""

from __future__ import annotations

import asyncio
import os
import sys

from psycopg_pool import AsyncConnectionPool
from websockets.asyncio.server import ServerConnection, serve

AGENTS = 20


async def main(port: int) -> None:
    agents: dict[int, ServerConnection] = {}
    pool = AsyncConnectionPool(os.environ["PEER_URL"], min_size=4, max_size=8, open=False, kwargs={"autocommit": True})
    await pool.open()

    async def serve_one(line: ServerConnection) -> None:
        _, kind, number = line.request.path.split("/") if line.request else ("", "", "0")
        if kind == "agent":
            agents[int(number)] = line
            await line.wait_closed()
            return
        async for text in line:
            async with pool.connection() as direct:
                await direct.execute("INSERT INTO bare_message (chat, text) VALUES (%s, %s)", [int(number), text])
            await line.send("ok")
            await agents[int(number) % AGENTS].send(text)

    async with serve(serve_one, "127.0.0.1", port, compression=None):
        await asyncio.Future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
