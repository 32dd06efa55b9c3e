"""What the server is started with: the administrator's variables, checked before anything is built or opened."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from plugins.web.options import OptionError, read_options, read_proxies


class SettingError(Exception):
    """A variable or a combination that would not do what was meant; one line that says what to write."""


def settle(environ: Mapping[str, str], local: bool, host: str) -> dict[str, str]:
    """Return the server's environment. Raises SettingError."""
    given = {**environ, **({"KB_LOCAL": "1"} if local else {})}
    try:
        options = read_options(given)
        proxies = read_proxies(given.get("KB_PROXIES", ""))
    except OptionError as error:
        raise SettingError(str(error)) from None
    if options.is_local and not _is_this_machine(host):
        raise SettingError(f"--local opens free SQL to whoever reaches {host}; use it with --host 127.0.0.1 only")
    if not options.is_local and not given.get("KB_RATE_LIMIT"):
        # Without a word on proxies, whoever asks from this machine is a reader like any other.
        given["KB_RATE_LIMIT"] = "all"
    # uvicorn believes X-Forwarded-For and -Proto from these alone; its own habit is to believe this machine.
    return {**given, "FORWARDED_ALLOW_IPS": proxies}


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
