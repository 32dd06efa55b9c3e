"""Load at the start what the first search would otherwise wait for: facets, jieba's dictionary, the space of meaning."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from datasette import hookimpl

from query.database import open_database
from query.facets import load_catalogue
from query.relate import load_meaning


@hookimpl
def startup(datasette):
    database = datasette.databases.get("kb")
    if database is not None and database.path:
        threading.Thread(target=_warm, args=(Path(database.path),), daemon=True).start()


def _warm(path: Path) -> None:
    # A database that is no knowledge base is told by the first page that needs it, not here.
    try:
        conn = open_database(path)
        load_catalogue(conn)
        load_meaning(conn)
        conn.close()
    except sqlite3.Error:
        pass
