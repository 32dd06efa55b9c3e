"""What the parser left out of a document or doubted, beside the provision where it stands in the source."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from itertools import groupby
from typing import Any

from query.database import one, rows
from query.layout import walk

LONGEST_QUOTE = 300  # characters of what was left out; the ledger has all of it


def count_notes(conn: sqlite3.Connection, version_id: str) -> dict[str, int]:
    """Count what was doubted and what was left out of a version: ``{"doubts", "removed"}``."""
    sql = """
        SELECT (SELECT count(*) FROM doubts WHERE version_id = :id) AS doubts,
               (SELECT count(*) FROM noise WHERE version_id = :id) AS removed
    """
    return one(conn, sql, {"id": version_id})


def read_notes(conn: sqlite3.Connection, document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the doubts and removals of a document (as ``read_document`` gives it) by the id of the provision they follow.

    Shape: ``{provision id: [{"kind": "doubt", "message"} or {"kind": "removed", "text", "reason", "times"}]}``, in the
    order of the source. What stands before the first provision has the id ``""``. Removals of one rule that follow each
    other at one provision, with the same words, are one with their number of ``times``.
    """
    units = list(walk(document["provisions"]))
    starts = [unit["start"] for unit in units]

    def place(start: int) -> str:
        found = bisect_right(starts, start)
        return units[found - 1]["id"] if found else ""

    version = [document["version"]["id"]]
    doubts = rows(conn, "SELECT start, message FROM doubts WHERE version_id = ?", version)
    removed = rows(conn, "SELECT start, text, reason FROM noise WHERE version_id = ?", version)
    notes = [(row["start"] or 0, {"kind": "doubt", "message": row["message"]}) for row in doubts]
    for row in removed:
        words = " ".join((row["text"] or "").split())
        cut = words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}……"
        notes.append((row["start"], {"kind": "removed", "text": cut, "reason": row["reason"]}))
    notes.sort(key=lambda note: (note[0], note[1]["kind"]))
    placed: dict[str, list[dict[str, Any]]] = {}
    for start, note in notes:
        placed.setdefault(place(start), []).append(note)
    return {id_: [{**note, "times": len(list(same))} for note, same in groupby(found)] for id_, found in placed.items()}
