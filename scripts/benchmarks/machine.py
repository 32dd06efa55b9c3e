"""What the benchmarks share: the machine, and medians."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable


def describe_machine() -> str:
    """Return one line on the machine and the versions that matter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def seconds_of(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the wall-clock seconds that a piece of work takes; ``before`` it something is done that does not count."""
    before()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(times: list[float]) -> str:
    """Return median and range, in milliseconds."""
    return f"{statistics.median(times) * 1000:8.1f} ms  ({min(times) * 1000:.1f} to {max(times) * 1000:.1f})"
