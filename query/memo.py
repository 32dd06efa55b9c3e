"""Keep what is the same until another database is built: counts over all provisions, names to suggest."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")

_kept: dict[Callable[..., Any], tuple[tuple[str, str], Any]] = {}


def once(conn: sqlite3.Connection, make: Callable[[sqlite3.Connection], Made]) -> Made:
    """Return ``make(conn)``, made once for the database behind a connection; nobody may change what it returns."""
    path = conn.execute("pragma database_list").fetchone()[2]
    stamp = conn.execute("select group_concat(value) from build where key in ('corpus_sha256', 'tool_sha256')").fetchone()[0]
    kept = _kept.get(make)
    if kept is None or kept[0] != (path, stamp):
        kept = ((path, stamp), make(conn))
        _kept[make] = kept
    return kept[1]
