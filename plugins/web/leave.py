"""Notice that a client has left, so that nobody writes a file that nobody reads."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from contextvars import ContextVar

_gone: ContextVar[threading.Event | None] = ContextVar("gone", default=None)


class ClientLeft(BaseException):
    """The client has closed the connection: no fault, and nobody is there to be told. Not to be caught on the way."""


def stop_if_left() -> None:
    """Raise ClientLeft when the client of the request at hand has gone; works in the threads that a request starts, too."""
    gone = _gone.get()
    if gone is not None and gone.is_set():
        raise ClientLeft


@asynccontextmanager
async def watch_client(receive, send):
    """Yield ``receive`` and ``send`` for a request without a body; while the block runs, it is noticed when the client leaves."""
    gone = threading.Event()
    messages: asyncio.Queue = asyncio.Queue()

    async def watch() -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            messages.put_nowait(message)
            if gone.is_set():
                return

    async def send_to_client(message) -> None:
        if gone.is_set():
            raise ClientLeft
        await send(message)

    token = _gone.set(gone)
    watcher = asyncio.create_task(watch())
    try:
        yield messages.get, send_to_client
    except ClientLeft:
        pass
    finally:
        watcher.cancel()
        _gone.reset(token)
