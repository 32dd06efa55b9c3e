"""At the start: serve kb.db so that a new build is followed, and load what the first search would otherwise wait for."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from pathlib import Path

from datasette import hookimpl

from plugins.web.options import read_options
from plugins.web.swap import LOOK_EVERY, ServedDatabase
from query.corpus import describe_corpus, read_build
from query.counterparts import extents
from query.facets import load_catalogue
from query.feeds import list_changes
from query.measures import Asked, choose_columns
from query.neighbours import all_compared
from query.pick import list_names
from query.relate import load_meaning
from query.reuse_shares import describe_reuse
from query.themes import group_matrix

NAME = "kb"
_SWITCH = 0.0005  # seconds; ten times as often as is usual


@hookimpl
def startup(datasette):
    # SQLite gives Python's lock back at each row, and takes it again: beside a thread that computes, which keeps it for
    # this long, a download that takes three seconds alone took half a minute; now it takes half of that.
    sys.setswitchinterval(_SWITCH)
    options = read_options(os.environ)
    # No hook of Datasette's changes its settings; on its command line, one of them would replace settings.json.
    datasette._settings["default_allow_sql"] |= options.is_local
    datasette._settings["allow_download"] |= options.allows_download
    database = datasette.databases.get(NAME)
    if database is not None and database.path and not isinstance(database, ServedDatabase):
        _serve(datasette, database.path)
    elif database is None and datasette.config_dir is not None:
        path = Path(datasette.config_dir) / f"{NAME}.db"
        threading.Thread(target=_await, args=(datasette, path), daemon=True).start()


def rehearse(conn: sqlite3.Connection) -> None:
    """Ask what every page needs and what takes long at first; raises when this is no knowledge base."""
    read_build(conn)
    load_catalogue(conn)
    load_meaning(conn)
    group_matrix(conn)
    extents(conn)
    list_names(conn)
    describe_corpus(conn)
    list_changes(conn)
    all_compared(conn)
    choose_columns(conn, Asked())
    describe_reuse(conn)


def _serve(datasette, path: str) -> None:
    served = ServedDatabase(datasette, path, NAME, rehearse)
    datasette.databases = {**datasette.databases, NAME: served}
    threading.Thread(target=served.warm, daemon=True).start()
    served.follow()


def _await(datasette, path: Path) -> None:
    """Until the first build is there, pages say that it is missing."""
    while not path.is_file():
        time.sleep(LOOK_EVERY)
    _serve(datasette, str(path))
