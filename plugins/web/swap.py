"""Serve whichever kb.db stands at a path: a build's new one for new requests, the old one for those under way.

A build swaps a whole file in (os.replace), so an open connection goes on reading the old one. Datasette keeps
a connection a thread for good, and would never see the new one; here each file that was opened is a
``Generation`` with connections of its own. A request is pinned to one, and never sees half of each.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from datasette.database import Database

from query.memo import stamp_of

LOOK_EVERY = 0.25  # seconds
_MOST_TRIES = 20
_WAIT_FOR_CONNECTION = 10.0  # seconds

Identity = tuple[int, int, int, int]
_log = logging.getLogger(__name__)
_pinned: ContextVar["Generation | None"] = ContextVar("pinned", default=None)


class Generation:
    """One database file as it was opened: its connections, its stamp, and how many readers it has."""

    def __init__(self, owner: "ServedDatabase", identity: Identity, connections: list[sqlite3.Connection]) -> None:
        self.owner, self.identity = owner, identity
        self.readers = 0
        self.counts: dict[str, int | None] | None = None
        self.stamp = _read_stamp(connections[0], identity)
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._lock, self._is_closed = threading.Lock(), False
        for connection in connections:
            self._idle.put(connection)

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses in the meantime, whatever thread it is used in."""
        connection = self._take()
        try:
            yield connection
        finally:
            with self._lock:
                if self._is_closed:
                    connection.close()
                else:
                    self._idle.put(connection)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            while not self._idle.empty():
                self._idle.get().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        try:  # more readers than threads: exports keep theirs for long
            connection = self.owner.connect()
        except OSError:
            connection = None
        if connection is not None:
            if identify(Path(self.owner.path)) == self.identity:
                return connection
            connection.close()  # another file has come in its place meanwhile
        try:
            return self._idle.get(timeout=_WAIT_FOR_CONNECTION)
        except queue.Empty:
            raise sqlite3.OperationalError("interrupted") from None  # as a question that takes too long


class ServedDatabase(Database):
    """Datasette's database, read-only, that follows the file at its path."""

    def __init__(self, ds, path: str, name: str, rehearse: Callable[[sqlite3.Connection], None]) -> None:
        super().__init__(ds, path, is_mutable=False)
        self.name = self.route = name
        self._rehearse = rehearse
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._current = self._open()

    def follow(self) -> None:
        """Begin to look, in a thread, whether another file has come in."""
        threading.Thread(target=self._look, daemon=True, name=f"follow {self.name}").start()

    def hold(self) -> Generation:
        """Return the generation of the request at hand, the newest outside of one; to be released."""
        with self._lock:
            pinned = _pinned.get()
            is_mine = pinned is not None and pinned.owner is self and pinned.readers
            generation = pinned if is_mine else self._current
            generation.readers += 1
            return generation

    def release(self, generation: Generation) -> None:
        with self._lock:
            generation.readers -= 1
            is_over = generation is not self._current and not generation.readers
        if is_over:
            generation.close()

    @contextmanager
    def pin(self) -> Iterator[Generation]:
        """Hold one generation for all that a request asks while the block runs."""
        generation = self.hold()
        token = _pinned.set(generation)
        try:
            yield generation
        finally:
            _pinned.reset(token)
            self.release(generation)

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to the generation of the request at hand, for as long as the block runs."""
        generation = self.hold()
        try:
            with generation.lend() as connection:
                yield connection
        finally:
            self.release(generation)

    def connect(self, write: bool = False) -> sqlite3.Connection:
        if write:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        # Immutable: nothing is locked and no journal looked for, so that it works on a read-only disk.
        uri = f"{Path(self.path).resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self.ds._prepare_connection(connection, self.name)
        return connection

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        generation = self.hold()

        def run() -> Any:
            with generation.lend() as connection:
                return fn(connection)

        try:
            if self.ds.executor is None:
                return run()
            return await asyncio.get_running_loop().run_in_executor(self.ds.executor, run)
        finally:
            self.release(generation)

    @property
    def hash(self) -> str:
        return self._seen().stamp

    @property
    def size(self) -> int:
        return self._seen().identity[2]

    @property
    def mtime_ns(self) -> int:
        return self._seen().identity[3]

    @property
    def cached_table_counts(self) -> dict[str, int | None] | None:
        return self._seen().counts

    def warm(self) -> None:
        """Load what the first pages would wait for; a database that is no knowledge base is told by its pages."""
        with self.pin() as generation:
            try:
                self._prepare(generation)
            except (sqlite3.Error, KeyError, TypeError, ValueError):
                pass

    def look(self, known: Identity | None) -> Identity | None:
        """Take another file in when it has stood still since the last look; return what stands at the path now."""
        found = identify(Path(self.path))
        if found is None or found == self._current.identity or found != known:
            return found
        try:
            generation = self._open()
            self._prepare(generation)
        except (OSError, sqlite3.Error, KeyError, TypeError, ValueError) as error:
            _log.error("%s is no knowledge base that this program can serve; the old one stays: %s", self.path, error)
            return found
        with self._lock:
            before, self._current = self._current, generation
            is_over = not before.readers
        if is_over:
            before.close()
        _log.info("%s was built anew and is served: %s", self.path, generation.stamp)
        return found

    def close(self) -> None:
        self._stopped.set()
        self._current.close()

    def _look(self) -> None:
        known, tried = None, None
        while not self._stopped.wait(LOOK_EVERY):
            try:
                found = identify(Path(self.path))
                if found is not None and found == tried:
                    continue  # it was looked at, and is served or was refused
                known, before = self.look(known), known
                tried = known if known == before else None
            except Exception:  # whatever it is, the old one stays and looking goes on
                _log.exception("looking for a new %s failed", self.path)

    def _prepare(self, generation: Generation) -> None:
        with generation.lend() as connection:
            self._rehearse(connection)
            generation.counts = _count_rows(connection)

    def _open(self) -> Generation:
        for _ in range(_MOST_TRIES):
            path = Path(self.path)
            before = identify(path)
            connections = [self.connect() for _ in range((self.ds.setting("num_sql_threads") or 1) + 1)]
            if before is not None and identify(path) == before:
                return Generation(self, before, connections)
            for connection in connections:  # swapped while it was opened: some would read the one, some the other
                connection.close()
        raise OSError(f"{self.path} changes all the time")

    def _seen(self) -> Generation:
        pinned = _pinned.get()
        return pinned if pinned is not None and pinned.owner is self else self._current


def identify(path: Path) -> Identity | None:
    """Return what tells a file from another one at the same path; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _read_stamp(connection: sqlite3.Connection, identity: Identity) -> str:
    try:
        built = stamp_of(connection)
    except sqlite3.Error:
        built = "none"
    return f"{built}-{identity[3]:x}-{identity[2]:x}"


def _count_rows(connection: sqlite3.Connection) -> dict[str, int | None]:
    counts: dict[str, int | None] = {}
    for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        try:
            counts[name] = connection.execute(f'select count(*) from "{name}"').fetchone()[0]
        except sqlite3.Error:
            counts[name] = None
    return counts
