"""Keep what is the same until another database is built: counts over all provisions, names to suggest."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")

_kept: dict[Callable[..., Any], tuple[tuple[str, str], Any]] = {}


def once(conn: sqlite3.Connection, make: Callable[[sqlite3.Connection], Made]) -> Made:
    """Return ``make(conn)``, made once for the database behind a connection; nobody may change what it returns."""
    path = conn.execute("pragma database_list").fetchone()[2]
    key = (path, stamp_of(conn))
    kept = _kept.get(make)
    if kept is None or kept[0] != key:
        kept = (key, make(conn))
        _kept[make] = kept
    return kept[1]


def stamp_of(conn: sqlite3.Connection) -> str:
    """Return eight characters that tell the database apart from any built of another corpus or by other code."""
    sql = "select group_concat(value) from build where key in ('corpus_sha256', 'tool_sha256')"
    return hashlib.sha256((conn.execute(sql).fetchone()[0] or "").encode()).hexdigest()[:8]
