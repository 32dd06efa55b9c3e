"""The limit of time on one request's questions, and what it does not count."""

from __future__ import annotations

import sqlite3
import time

import pytest

from query.patience import limited, uncounted

LONG = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) select max(i) from n"


def count_for(conn, seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        conn.execute(LONG.format(20_000)).fetchone()


def test_what_takes_too_long_is_interrupted():
    conn = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="interrupted"), limited(conn, 0.02):
        conn.execute(LONG.format(1_000_000_000)).fetchone()


def test_what_is_made_once_is_not_counted_and_the_rest_still_is():
    conn = sqlite3.connect(":memory:")
    with limited(conn, 0.2):
        with uncounted():
            count_for(conn, 0.3)
        assert conn.execute(LONG.format(1_000)).fetchone() == (1_000,)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            conn.execute(LONG.format(1_000_000_000)).fetchone()


def test_without_a_limit_nothing_is_counted():
    conn = sqlite3.connect(":memory:")
    with uncounted():
        assert conn.execute(LONG.format(1_000)).fetchone() == (1_000,)
