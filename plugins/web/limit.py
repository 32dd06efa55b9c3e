"""How much one client may ask: a bucket of tokens that fills again, and few exports at a time.

Kept in memory, by the process: one process serves the site.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

FREE, READ, HEAVY = "free", "read", "heavy"

MOST_CLIENTS = 20_000  # remembered; the longest unseen are forgotten first
WAIT_FOR_PLACE = 5.0  # seconds an export waits until another one has ended
EXPORTS_A_CLIENT = 2

_FREE = re.compile(r"/static/|/-/static|/-/health$|/favicon\.ico$|/robots\.txt$")
# What takes long or is fetched by machines: files, feeds, and the pages that set texts beside each other.
_EXPORT = re.compile(r"\.(?:csv|xlsx|docx|jsonl|db)$|^/search\.json$")
_HEAVY = re.compile(r"^/compare(?:$|[./])|^/draft(?:$|[./])|\.atom$|(?:^|/)feeds?(?:$|[./])")


def weigh(path: str) -> str:
    """Return what a request counts as: ``free``, ``read`` or ``heavy``."""
    if _FREE.match(path):
        return FREE
    return HEAVY if is_export(path) or _HEAVY.search(path) else READ


def is_export(path: str) -> bool:
    """Tell whether a request is answered by a file, which may be long."""
    return bool(_EXPORT.search(path))


def name_client(scope) -> str:
    """Return whom a request comes from; an IPv6 household is one client, for it has 2**64 addresses."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 and not address.is_loopback else str(address)


def is_this_machine(client: str) -> bool:
    """Tell whether a client is the machine itself, or not known (a socket file)."""
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return not client


class Buckets:
    """A bucket a client: ``most`` tokens, ``a_minute`` of them come back in a minute."""

    def __init__(self, most: int, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._a_second, self._clock = most, a_minute / 60, clock
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> int:
        """Take a token of a client's; return 0, or when there is none the seconds until there is one."""
        now = self._clock()
        tokens, since = self._filled.pop(client, (float(self._most), now))
        tokens = min(self._most, tokens + (now - since) * self._a_second)
        wait = 0 if tokens >= 1 else max(1, math.ceil((1 - tokens) / self._a_second))
        self._filled[client] = (tokens if wait else tokens - 1, now)
        while len(self._filled) > MOST_CLIENTS:
            self._filled.popitem(last=False)
        return wait


class ExportPlaces:
    """Room for few exports at a time, and for fewer of one client."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._by_client: Counter[str] = Counter()
        self._most_of_one = min(EXPORTS_A_CLIENT, places)

    async def enter(self, client: str | None) -> str | None:
        """Take a place, after a while of waiting where need be; ``None`` is a client without limit.

        Returns None when there was one; else why not: ``own`` when the client has its share already, ``full``.
        """
        if client is not None and self._by_client[client] >= self._most_of_one:
            return "own"
        if client is not None:
            self._by_client[client] += 1
        try:
            await asyncio.wait_for(self._places.acquire(), WAIT_FOR_PLACE)
        except BaseException as error:
            self._forget(client)
            if isinstance(error, TimeoutError):
                return "full"
            raise
        return None

    def leave(self, client: str | None) -> None:
        self._places.release()
        self._forget(client)

    def _forget(self, client: str | None) -> None:
        if client is not None:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]
