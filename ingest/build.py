"""Build kb.db from a corpus: beside the old one, then swapped in."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from ingest.corpus import list_sources, read_yaml
from ingest.published import check_folders
from ingest.records import SourceError
from ingest.spread import count_cores
from ingest.stamp import hash_corpus, hash_ground, hash_tool, is_stale
from ingest.store import IS_NEW, connect, create_schema, finish
from ingest.update import UNFINISHED, Progress, update
from ingest.vocabulary import Vocabulary, load_vocabulary


COUNTED = ("documents", "provisions", "indicators", "noise", "doubts", "quarantine")


@dataclass(frozen=True)
class Built:
    """What a build made; ``unsaved`` are lists of published addresses that could not be written to the corpus.

    ``prepared`` counts the documents that were new or changed, ``seconds`` says how long each step took.
    """

    db: Path
    counts: dict[str, int]
    prepared: int
    unsaved: tuple[Path, ...]
    seconds: dict[str, float]


def build(corpus: Path, db: Path, progress: Progress = lambda items, _: items, workers: int | None = None) -> Built:
    """Build a database from a corpus folder and put it in the place of ``db``.

    What is unchanged since ``db`` was built, or since a build of it was interrupted, is taken over, also the whole of
    it; the result is the same as from nothing. ``workers`` is the number of processes that read documents, one for each core by default.
    The old database stays whole until the new one is complete: a reader, an error or a crash never sees half of one.
    Raises SourceError, in one line, before anything is swapped.
    """
    begun = time.perf_counter()
    corpus, db = corpus.resolve(), db.resolve()
    folders, _ = list_sources(corpus)
    check_folders(corpus, [folder.name for folder in folders])
    about = _about(corpus)
    vocabulary = load_vocabulary(corpus)
    if not db.parent.is_dir():
        raise SourceError(f"{db.parent}: no such folder; name one that is there with --db")
    _sweep(db)
    if not is_stale(corpus, db) and not _shared_path(db).exists():
        return Built(db, _read_counts(db), 0, (), {"whole": time.perf_counter() - begun})
    with _open_beside(db, hash_ground(corpus, vocabulary.labels), vocabulary) as (beside, made):
        started = time.perf_counter()
        updated = update(made, corpus, vocabulary, str(about.get("corpus_version", "")), workers or count_cores(), progress)
        seconds = {"copy": started - begun, **updated.seconds}
        # The hash is of the corpus with its lists, so that the build that extends them is not stale at once.
        with made.atomic():
            finish(made, {**about, "corpus_sha256": hash_corpus(corpus), "tool_sha256": hash_tool()})
        counts = {name: made[name].count for name in COUNTED}
        os.chmod(beside, 0o644)
        # Still locked: another build that finds the file must not begin to write in what is kb.db now.
        os.replace(beside, db)
    whole = time.perf_counter() - begun
    return Built(db, counts, updated.prepared, updated.unsaved, {**seconds, "finish": whole - sum(seconds.values()), "whole": whole})


@contextmanager
def _open_beside(db: Path, ground: str, vocabulary: Vocabulary) -> Iterator[tuple[Path, sqlite_utils.Database]]:
    """Open the database that is built: an interrupted one, else a copy of the old one, else an empty one.

    ``ground`` is a hash of what all documents' rows depend on; a database on another ground is of no use. An
    error leaves what was stored for the next build, if anything was.
    """
    path, made = _lock(db)
    try:
        if _read_state(made.conn).get("ground_sha256") != ground or not _is_whole(made):
            if _ground_of(db) == ground:
                _copy(f"{db.as_uri()}?mode=ro", made)
            else:
                _copy("file::memory:", made)
                with made.atomic():
                    create_schema(made, vocabulary)
                    made["build"].insert_all([{"key": "ground_sha256", "value": ground}, {"key": IS_NEW, "value": "1"}])
        yield path, made
    except BaseException:
        is_worth = UNFINISHED in _read_state(made.conn)
        made.conn.close()
        if path != _shared_path(db) or not is_worth:
            path.unlink(missing_ok=True)
        raise
    made.conn.close()


def _lock(db: Path) -> tuple[Path, sqlite_utils.Database]:
    """Open the file that builds share, locked; while another build has it, one of our own."""
    path = _shared_path(db)
    try:
        made = connect(path)
        if path.exists():  # else the build that had it has just made kb.db of it
            return path, made
        made.conn.close()
    except sqlite3.DatabaseError as error:
        if "locked" not in str(error):  # no database at all: what a failing disk left
            path.unlink(missing_ok=True)
            return _lock(db)
    handle, name = tempfile.mkstemp(prefix=f"{db.name}.building-{os.getpid()}-", dir=db.parent)
    os.close(handle)
    return Path(name), connect(Path(name))


def _shared_path(db: Path) -> Path:
    # Not *.db: Datasette's configuration-directory mode would serve a half-built one.
    return db.with_name(f"{db.name}.building")


def _copy(uri: str, made: sqlite_utils.Database) -> None:
    """Make an open database a copy of another."""
    origin = sqlite3.connect(uri, uri=True)
    try:
        origin.backup(made.conn)
    finally:
        origin.close()


def _ground_of(db: Path) -> str | None:
    return _read_state_of(db).get("ground_sha256") if db.is_file() else None


def _read_counts(db: Path) -> dict[str, int]:
    state = _read_state_of(db)
    return {name: int(state[f"count_{name}"]) for name in COUNTED}


def _read_state_of(db: Path) -> dict[str, str]:
    connection = sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)
    try:
        return _read_state(connection)
    finally:
        connection.close()


def _read_state(connection: sqlite3.Connection) -> dict[str, str]:
    try:
        return dict(connection.execute("select key, value from build"))
    except sqlite3.DatabaseError:  # empty, or of another make
        return {}


def _is_whole(made: sqlite_utils.Database) -> bool:
    try:
        return made.conn.execute("pragma quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        return False


def _about(corpus: Path) -> dict[str, Any]:
    path = corpus / "corpus.yml"
    about = read_yaml(path) if path.exists() else {}
    unknown = set(about) - {"name", "version", "released_on"}
    if unknown:
        raise SourceError(f"{path}: unknown key {sorted(unknown)[0]!r}; the keys are name, version, released_on")
    return {f"corpus_{key}": value for key, value in about.items()}


def _sweep(db: Path) -> None:
    """Remove what a build that was killed has left of its own; one that still runs keeps its file."""
    for left in db.parent.glob(f"{db.name}.building-[0-9]*"):
        try:
            os.kill(int(left.name.split("building-")[1].split("-")[0]), 0)
        except (ProcessLookupError, ValueError):
            left.unlink(missing_ok=True)
        except PermissionError:
            pass
