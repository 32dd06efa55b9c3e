"""One document with the tree of its provisions."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from query.addresses import number_of_version
from query.database import one, rows
from query.layout import mark_parts, nest

UNIT_COLUMNS = """
    id, document_id, version_id, parent_id, eid, kind, number, num, number_inferred, heading, label, depth, seq,
    start, own_end, "end", cells, group_name
"""


def describe_document(
    conn: sqlite3.Connection, document_id: str, version: int | None = None
) -> dict[str, Any] | None:
    """Return a document's facts without its text; None when there is no such document or version.

    Shape: the columns of ``documents`` (``issuers`` as a list), ``version`` (the columns of ``versions`` without
    ``text``, with its number ``n``), ``versions`` (all of them, so), ``pinned`` (a version was asked for), ``repost``
    (None, or ``{"on"}``: the chosen version is a repost's text, of that day where it is known), ``is_current`` (the
    version is the newest), ``superseded_by`` (the version after it, or None) and ``is_withdrawn``.
    """
    document = one(conn, "SELECT * FROM documents WHERE id = ?", [document_id])
    if document is None:
        return None
    document["issuers"] = json.loads(document["issuers"] or "[]")
    versions = rows(
        conn,
        """
        SELECT id, document_id, source_file, source_sha256, media_type, encoding, captured_on, note
        FROM versions WHERE document_id = ?
        """,
        [document_id],
    )
    for row in versions:
        row["n"] = number_of_version(row["id"])
    versions.sort(key=lambda row: row["n"])
    wanted = f"{document_id}@v{version}" if version else document["current_version"]
    chosen = next((row for row in versions if row["id"] == wanted), None)
    if chosen is None:
        return None
    repost = _read_repost(conn, chosen["id"])
    later = [row for row in versions if row["n"] > chosen["n"]]
    return {
        **document,
        "version": chosen,
        "versions": versions,
        "pinned": version is not None,
        "repost": repost,
        "is_current": chosen["id"] == document["current_version"],
        "superseded_by": later[0] if later else None,
        "is_withdrawn": bool(document["withdrawn_on"] or document["withdrawn_reason"]),
    }


def table_of(document: dict[str, Any]) -> str:
    """Return the table that holds the provisions of the version that a document is described in."""
    return "provisions" if document["is_current"] else "past_provisions"


def id_of(document: dict[str, Any], eid: str) -> str:
    """Return the id of a provision of the version that a document is described in."""
    return f"{document['id'] if document['is_current'] else document['version']['id']}__{eid}"


def read_document(conn: sqlite3.Connection, document_id: str, version: int | None = None) -> dict[str, Any] | None:
    """Return a document with everything its reading page shows; None when there is no such document or version.

    Shape: as ``describe_document``, with ``counts`` (by kind, ``table`` apart from ``box``, and ``indicator``), ``metadata`` (facts with their
    spans), ``indicators`` (by provision id), ``doubts`` (by provision id) and ``provisions`` (the tree: see
    ``layout.nest``).
    """
    document = describe_document(conn, document_id, version)
    if document is None:
        return None
    version_id = document["version"]["id"]
    text = one(conn, "SELECT text FROM versions WHERE id = ?", [version_id])["text"]
    units = rows(
        conn,
        f"SELECT {UNIT_COLUMNS} FROM {table_of(document)} WHERE document_id = ? AND version_id = ? ORDER BY seq",
        [document_id, version_id],
    )
    # Facts are the current version's: an older one is there to be read and cited.
    indicators = rows(
        conn, "SELECT * FROM indicators WHERE document_id = ? AND ? ORDER BY seq", [document_id, document["is_current"]]
    )
    mark_parts(units, indicators)
    document["indicators"] = _by_provision(indicators)
    document["doubts"] = _by_provision(
        rows(conn, "SELECT * FROM doubts WHERE version_id = ? ORDER BY start", [version_id])
    )
    document["metadata"] = rows(
        conn, 'SELECT field, value, start, "end", reason FROM metadata WHERE version_id = ?', [version_id]
    )
    document["provisions"] = nest(units, text)
    document["counts"] = _count(units) | {"indicator": len(indicators)}
    return document


def suggest_documents(conn: sqlite3.Connection, document_id: str, limit: int = 5) -> list[dict[str, Any]]:
    """List documents whose id begins most like one that does not exist: ``[{"id", "title", "province"}]``."""
    words = document_id.split("-")
    for length in range(min(len(words), 3), 0, -1):
        prefix = "-".join(words[:length])
        found = rows(
            conn,
            "SELECT id, title, province FROM documents WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            [prefix, prefix + "\x7f", limit],
        )
        if found:
            return found
    return []


def list_contents(provisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pick from a tree what a table of contents shows: the headed units above items, and the boxes, nested."""
    entries = []
    for unit in provisions:
        below = list_contents(unit["children"])
        if unit["kind"] in _IN_CONTENTS and (unit["heading"] or unit["number"]):
            entries.append({**{key: unit[key] for key in _CONTENTS_KEYS}, "children": below})
        else:
            entries.extend(below)
    return entries


_IN_CONTENTS = {"part", "chapter", "section", "article", "clause", "annex", "box"}
_CONTENTS_KEYS = ("eid", "kind", "number", "num", "number_inferred", "heading")


def _read_repost(conn: sqlite3.Connection, version_id: str) -> dict[str, str | None] | None:
    sql = "SELECT field, value FROM metadata WHERE version_id = ? AND field IN ('repost_mark', 'reposted_on')"
    found = {row["field"]: row["value"] for row in rows(conn, sql, [version_id])}
    return {"on": found.get("reposted_on")} if found else None


def _by_provision(found: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        grouped.setdefault(row["provision_id"] or "", []).append(row)
    return grouped


def _count(units: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {"provision": len(units)}
    for unit in units:
        # A table is kept as a box; its eId tells it from a 专栏.
        is_table = unit["kind"] == "box" and unit["eid"].rpartition("__")[2].startswith("table_")
        kind = "table" if is_table else unit["kind"]
        counts[kind] = counts.get(kind, 0) + 1
    return counts
