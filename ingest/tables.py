"""Create tables, also such as keep their rows in the order of their key, whatever order these come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
