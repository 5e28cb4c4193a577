"""A load balancer in thirty lines: each connection goes to the next process that listens."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle


@asynccontextmanager
async def balanced(ports: Sequence[int]) -> AsyncIterator[int]:
    """A port of this machine whose connections go to these in turn; a dead one is passed over."""
    turns = cycle(range(len(ports)))

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turns)
        with suppress(OSError):
            for at in range(len(ports)):
                with suppress(OSError):
                    behind = await asyncio.open_connection("127.0.0.1", ports[(first + at) % len(ports)])
                    await asyncio.gather(_pass(reader, behind[1]), _pass(behind[0], writer))
                    break
        writer.close()

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one to the other, until either ends."""
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
