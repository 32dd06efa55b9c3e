"""Limit how long SQLite may work on one request; what is made once for all requests is not counted."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Of SQLite's machine between two looks at the clock, a few milliseconds. Each look waits for Python's lock: with a thousand
#: steps and one thread that computes (a draft is read), a download of a second took nine.
_STEPS = 50_000
_here = threading.local()  # a question is asked and answered in one thread


@contextmanager
def limited(conn: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt what a connection does when it takes longer: SQLite says "interrupted" then."""
    _here.until = time.perf_counter() + seconds
    conn.set_progress_handler(lambda: time.perf_counter() >= _here.until, _STEPS)
    try:
        yield
    finally:
        conn.set_progress_handler(None, _STEPS)
        del _here.until


@contextmanager
def uncounted() -> Iterator[None]:
    """Lift the limit meanwhile: else what takes longer the first time would be begun anew with each request, and never be there."""
    until = getattr(_here, "until", None)
    if until is None:
        yield
        return
    start = time.perf_counter()
    _here.until = float("inf")
    try:
        yield
    finally:
        _here.until = until + time.perf_counter() - start
