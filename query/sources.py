"""The captured text around a place, and the captured file itself."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

from query.database import one, rows

_MARGIN = 240  # characters shown before and after the place, at most
_MARGIN_LINES = 5  # lines that are not blank, at most: a table's cells stand one a line
_BEGINNING, _ENDING = (900, 20), (300, 6)  # characters and lines shown of a place that is longer than both


class SourceChanged(Exception):
    """A captured file is not the one that the database was built from."""


def read_passage(conn: sqlite3.Connection, version_id: str, start: int, end: int) -> dict[str, Any]:
    """Return the reading text around ``start`` to ``end``, verbatim, with what was removed and what is doubted.

    Shape: ``{"before", "inside": [pieces] or [pieces of the beginning, pieces of the ending], "left_out": n, "after",
    "start", "end", "at_start", "at_end"}``; ``left_out`` counts the characters between beginning and ending of a long
    place, ``at_start`` and ``at_end`` say that the passage reaches the beginning or the end of the text. Before, after
    and inside are pieces: ``{"text", "noise": None or {"rule", "reason", "is_last" (of its
    removal), "is_first" (of its rule)}, "is_doubted"}``.
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
    near = [version_id, end + len(after), start - len(before)]
    noise = rows(conn, 'SELECT start, "end", rule, reason FROM noise WHERE version_id = ? AND start < ? AND "end" > ? ORDER BY start', near)
    doubts = rows(conn, 'SELECT start, "end" FROM doubts WHERE version_id = ? AND start < ? AND "end" > ? ORDER BY start', near)

    seen: set[str] = set()

    def cut(words: str, offset: int) -> list[dict[str, Any]]:
        return _cut(words, offset, noise, doubts, seen)

    return {
        "before": cut(before, start - len(before)),
        "inside": [cut(beginning, start), cut(ending, end - len(ending))] if left_out else [cut(inside, start)],
        "left_out": left_out,
        "after": cut(after, end),
        "start": start,
        "end": end,
        "at_start": start == len(before),
        "at_end": end + len(after) == found["length"],
    }


def _cut(words: str, offset: int, noise: list[dict[str, Any]], doubts: list[dict[str, Any]], seen: set[str]) -> list[dict[str, Any]]:
    """Cut words that begin at ``offset`` into pieces at the ends of noise and doubts; ``seen`` are rules told already."""
    last = offset + len(words)
    points = {offset, last} | {point for row in noise + doubts for point in (row["start"], row["end"])}
    bounds = sorted(point for point in points if offset <= point <= last)
    pieces = []
    for start, end in zip(bounds, bounds[1:]):
        removed = next((row for row in noise if row["start"] <= start < row["end"]), None)
        told = None
        if removed:
            is_last = end in (removed["end"], last)
            told = {"rule": removed["rule"], "reason": removed["reason"], "is_last": is_last, "is_first": removed["rule"] not in seen}
            if is_last:
                seen.add(removed["rule"])
        is_doubted = any(row["start"] <= start < row["end"] for row in doubts)
        pieces.append({"text": words[start - offset : end - offset], "noise": told, "is_doubted": is_doubted})
    return pieces


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


def read_source(path: Path, sha256: str) -> bytes:
    """Return a captured file byte for byte; raises SourceChanged when its hash is not the one that was recorded."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SourceChanged(path.name)
    return data
