"""Create tables and fill them, also such as keep their rows in the order of their key, whatever order these come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlite_utils


def create_table(
    db: sqlite_utils.Database,
    name: str,
    columns: Mapping[str, Any],
    key: str | tuple[str, ...],
    foreign_keys: Iterable[tuple[str, str, str]] = (),
    is_sorted: bool = False,
) -> None:
    """Create a table; a sorted one has no rowid, so that what it holds tells nothing of its history."""
    sql = db.create_table_sql(name, dict(columns), pk=key, foreign_keys=list(foreign_keys))
    db.execute(f"{sql.rstrip().rstrip(';')} without rowid" if is_sorted else sql)


def insert_rows(db: sqlite_utils.Database, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows that all have the same columns: for hundreds of thousands the checks of each value take too long."""
    if rows:
        columns = ", ".join(f"[{column}]" for column in rows[0])
        marks = ", ".join("?" * len(rows[0]))
        db.conn.executemany(f"insert into [{name}] ({columns}) values ({marks})", (tuple(row.values()) for row in rows))


def write_rows(db: sqlite_utils.Database, name: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert many rows that have a value for every column."""
    if rows:
        db.conn.executemany(f"insert into [{name}] values ({', '.join('?' * len(rows[0]))})", rows)
