"""What is kept of a database is made once, and follows when another one comes in."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from query.memo import once


@pytest.fixture
def open_built(tmp_path):
    """Open a database at one place, as built from a corpus of some hash."""

    def open_built(corpus: str) -> sqlite3.Connection:
        path = tmp_path / "kb.db"
        path.unlink(missing_ok=True)  # as a build does: another file in the place of the old one
        conn = sqlite3.connect(path, check_same_thread=False)
        conn.executescript(f"create table build(key, value); insert into build values ('corpus_sha256', '{corpus}')")
        return conn

    return open_built


def test_another_build_is_read_anew(open_built):
    made = []
    make = made.append
    first = open_built("a")
    once(first, make)
    once(first, make)
    once(open_built("b"), make)
    assert len(made) == 2


def test_two_builds_in_turn_are_both_kept(open_built):
    """While a build is swapped in, requests on the old one go on among those on the new one."""
    made = []
    make = made.append
    first, second = open_built("a"), open_built("b")
    for conn in (first, second) * 3:
        once(conn, make)
    assert len(made) == 2
    once(open_built("c"), make)
    once(second, make)
    assert len(made) == 3  # the two newest stay


def test_two_that_want_it_at_once_wait_for_one(open_built):
    made = []
    conn = open_built("a")

    def make(conn):
        time.sleep(0.05)
        made.append(1)
        return "made"

    found = []
    threads = [threading.Thread(target=lambda: found.append(once(conn, make))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, found) == ([1], ["made"] * 4)
