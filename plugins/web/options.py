"""What an administrator may set, read from the environment: one variable a matter, all described in docs/deploy.md."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_LIMITED = ("all", "remote", "off")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")

#: What a client may have at once, and what comes back to it in a minute.
READS, HEAVY = (120, 300), (30, 30)


class OptionError(ValueError):
    """A variable holds what cannot be read; says which one, and what may stand there."""


@dataclass(frozen=True)
class Options:
    """``is_local`` opens free SQL and Datasette's own pages about itself: for one's own machine.

    ``scheme`` and ``host`` are the public address, None where it is the one that a request names.
    ``limited`` is whom the rate limit holds: ``all``, ``remote`` (not this machine itself), ``off``.
    ``reads`` and ``heavy`` are (most at once, more in a minute).
    """

    is_local: bool = False
    allows_download: bool = False
    scheme: str | None = None
    host: str | None = None
    limited: str = "remote"
    reads: tuple[int, int] = READS
    heavy: tuple[int, int] = HEAVY
    exports: int = 4
    logs: bool = False


def read_options(environ: Mapping[str, str]) -> Options:
    """Read the variables ``KB_…``; raises OptionError on one that holds nonsense, so that no typing error opens a door."""
    is_local = _read_switch(environ, "KB_LOCAL")
    scheme, host = _read_address(environ.get("KB_ADDRESS", "").strip())
    limited = environ.get("KB_RATE_LIMIT", "").strip() or ("off" if is_local else "remote")
    if limited not in _LIMITED:
        raise OptionError(f"KB_RATE_LIMIT is {limited!r}; write all, remote or off")
    reads, heavy = _read_number(environ, "KB_READS", READS[1]), _read_number(environ, "KB_HEAVY", HEAVY[1])
    return Options(
        is_local=is_local,
        allows_download=_read_switch(environ, "KB_DOWNLOAD") or is_local,
        scheme=scheme,
        host=host,
        limited=limited,
        reads=(max(1, reads * READS[0] // READS[1]), reads),
        heavy=(max(1, heavy * HEAVY[0] // HEAVY[1]), heavy),
        exports=_read_number(environ, "KB_EXPORTS", Options.exports),
        logs=_read_switch(environ, "KB_LOG"),
    )


def read_proxies(words: str) -> str:
    """Check a list of trusted proxies (addresses or networks, with commas) and return it as uvicorn reads it."""
    proxies = [word for word in re.split(r"[,\s]+", words) if word]
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise OptionError(f"{proxy!r} is no address or network of a proxy; write e.g. 127.0.0.1 or 10.0.0.0/8") from None
    return ",".join(proxies)


def is_host(host: str) -> bool:
    """Tell whether a Host header is a name or an address with perhaps a port, and nothing else."""
    return bool(_HOST.fullmatch(host)) and len(host) <= 255


def _read_address(address: str) -> tuple[str | None, str | None]:
    if not address:
        return None, None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not is_host(parts.netloc) or parts.path not in ("", "/") or parts.query:
        raise OptionError(f"KB_ADDRESS is {address!r}; write the address that readers use, e.g. https://kb.example.cn")
    return parts.scheme, parts.netloc


def _read_switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower()
    if value not in _YES | _NO:
        raise OptionError(f"{name} is {value!r}; write 1 or 0")
    return value in _YES


def _read_number(environ: Mapping[str, str], name: str, usual: int) -> int:
    value = environ.get(name, "").strip() or str(usual)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 1_000_000):
        raise OptionError(f"{name} is {value!r}; write a number from 1 on")
    return int(value)
