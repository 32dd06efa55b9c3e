"""The captured text around a place, and the captured file itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from query.database import one

_MARGIN = 240  # characters shown before and after the place, at most
_MARGIN_LINES = 5  # lines that are not blank, at most: a table's cells stand one a line
_BEGINNING, _ENDING = (900, 20), (300, 6)  # characters and lines shown of a place that is longer than both


def read_passage(conn: sqlite3.Connection, version_id: str, start: int, end: int) -> dict[str, Any]:
    """Return the reading text around ``start`` to ``end``, verbatim.

    Shape: ``{"before", "inside": [str] or [beginning, ending], "left_out": n, "after", "start", "end",
    "at_start", "at_end"}``; ``left_out`` counts the characters between beginning and ending of a long place,
    ``at_start`` and ``at_end`` say that the passage reaches the beginning or the end of the text.
    """
    begin = max(0, start - _MARGIN)
    found = one(
        conn,
        "SELECT substr(text, ?, ?) AS text, length(text) AS length FROM versions WHERE id = ?",
        [begin + 1, end + _MARGIN - begin, version_id],
    )
    text = found["text"]
    before = _keep_lines(text[: start - begin][::-1], _MARGIN_LINES)[::-1]
    after = _keep_lines(text[end - begin :], _MARGIN_LINES)
    inside = text[start - begin : end - begin]
    beginning = _keep_lines(inside[: _BEGINNING[0]], _BEGINNING[1])
    ending = _keep_lines(inside[::-1][: _ENDING[0]], _ENDING[1])[::-1]
    left_out = max(0, len(inside) - len(beginning) - len(ending))
    return {
        "before": before,
        "inside": [beginning, ending] if left_out else [inside],
        "left_out": left_out,
        "after": after,
        "start": start,
        "end": end,
        "at_start": start == len(before),
        "at_end": end + len(after) == found["length"],
    }


def _keep_lines(words: str, most: int) -> str:
    kept = 0
    position = 0
    for line in words.splitlines(keepends=True):
        kept += bool(line.strip())
        if kept > most:
            break
        position += len(line)
    return words[:position]


def find_source(root: Path, source_file: str) -> Path | None:
    """Return the path of a captured file below ``root``/corpus; None when it is not there or lies outside."""
    corpus = (root / "corpus").resolve()
    path = (root / source_file).resolve()
    return path if path.is_relative_to(corpus) and path.is_file() else None
