"""The two ways in which the other modules ask SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Params = Sequence[Any] | Mapping[str, Any]


def rows(conn: sqlite3.Connection, sql: str, params: Params = ()) -> list[dict[str, Any]]:
    """Return all rows of a query as dicts by column name, whatever the connection's row factory."""
    cursor = conn.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, tuple(row))) for row in cursor]


def one(conn: sqlite3.Connection, sql: str, params: Params = ()) -> dict[str, Any] | None:
    """Return the first row of a query as a dict, or None."""
    cursor = conn.execute(sql, params)
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip((column[0] for column in cursor.description), tuple(row)))


def open_database(path: Path) -> sqlite3.Connection:
    """Open a built database for reading only."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
