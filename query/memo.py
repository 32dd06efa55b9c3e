"""Keep what is the same until another database is built: counts over all provisions, names to suggest."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from query.patience import uncounted

Made = TypeVar("Made")
Key = tuple[str, str]

#: While a new database comes in, the old one is still read; what was made of either is kept.
MOST_DATABASES = 2

_kept: dict[Callable[..., Any], tuple[tuple[Key, Any], ...]] = {}
_locks: defaultdict[Callable[..., Any], threading.RLock] = defaultdict(threading.RLock)


def once(conn: sqlite3.Connection, make: Callable[[sqlite3.Connection], Made]) -> Made:
    """Return ``make(conn)``, made once for the database behind a connection; nobody may change what it returns."""
    path = conn.execute("pragma database_list").fetchone()[2]
    key = (path, stamp_of(conn))
    for known, made in _kept.get(make, ()):
        if known == key:
            return made
    with uncounted(), _locks[make]:  # the second of two that want it waits for the first one's
        for known, made in _kept.get(make, ()):
            if known == key:
                return made
        made = make(conn)
        _kept[make] = ((key, made), *_kept.get(make, ()))[:MOST_DATABASES]
    return made


def stamp_of(conn: sqlite3.Connection) -> str:
    """Return eight characters that tell the database apart from any built of another corpus or by other code."""
    sql = "select group_concat(value) from build where key in ('corpus_sha256', 'tool_sha256')"
    return hashlib.sha256((conn.execute(sql).fetchone()[0] or "").encode()).hexdigest()[:8]
