"""One provision in its place: the way to it, its words, its facts, its neighbours, its source."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from query.changes import trace
from query.database import one, rows
from query.documents import UNIT_COLUMNS, describe_document, id_of, table_of
from query.layout import mark_parts, nest, unbreak, walk
from query.sources import read_passage

#: Kinds that number on through the whole document: their neighbours may stand under another parent.
_THROUGH_DOCUMENT = {"part", "chapter", "section", "article", "clause", "box", "annex"}


def read_provision(
    conn: sqlite3.Connection, document_id: str, eid: str, version: int | None = None
) -> dict[str, Any] | None:
    """Return a provision with everything its page shows; None when there is none by that address.

    Shape: the columns of ``provisions`` (``cells`` as a list, ``own`` its own characters, ``children`` its tree),
    ``document`` (see ``describe_document``), ``breadcrumb`` (its ancestors, the topmost first), ``before`` and
    ``after`` (neighbours of its level or None), ``indicators``, ``doubts``, ``box`` (of a row: its box with the
    column heads, else None), ``passage`` (see ``read_passage``), ``history`` (see ``changes.trace``) and ``former``
    (what the address named before a better parse gave it to this provision: ``{"eid", "label", "since"}`` or None).
    """
    document = describe_document(conn, document_id, version)
    if document is None:
        return None
    version_id, table = document["version"]["id"], table_of(document)
    found = one(
        conn, f"SELECT id, text, sha256 FROM {table} WHERE id = ? AND version_id = ?", [id_of(document, eid), version_id]
    )
    if found is None:
        return None
    provision = _read_tree(conn, table, found["id"], version_id)
    ancestors = _read_ancestors(conn, table, provision["parent_id"])
    box = next((unit for unit in reversed(ancestors) if unit["kind"] == "box"), None)
    indicators = _read_indicators(conn, provision) if document["is_current"] else []
    mark_parts(list(walk([provision])), indicators)
    return {
        **provision,
        "text": found["text"],
        "sha256": found["sha256"],
        "document": document,
        "breadcrumb": ancestors,
        "box": box if provision["kind"] == "row" else None,
        "before": _read_neighbour(conn, table, provision, "<", "DESC"),
        "after": _read_neighbour(conn, table, provision, ">", "ASC"),
        "indicators": indicators,
        "doubts": rows(
            conn,
            """
            SELECT * FROM doubts WHERE version_id = :version_id AND (provision_id = :id
                OR provision_id IS NULL AND NOT :is_current AND start >= :start AND "end" <= :own_end) ORDER BY start
            """,
            {**provision, "is_current": document["is_current"]},
        ),
        "passage": read_passage(conn, version_id, provision["start"], provision["end"]),
        "history": trace(conn, document, eid),
        "former": _read_former(conn, table, found["id"]),
    }


def suggest_provisions(
    conn: sqlite3.Connection, document_id: str, eid: str, limit: int = 8
) -> list[dict[str, Any]]:
    """List provisions near an address that does not exist: ``[{"eid", "label", "kind"}]``.

    First those whose last step is the same (``cl_14`` under another part), then the nearest unit on the way to
    it that exists, with its children; at the least the document's topmost units.
    """
    steps = eid.split("__")
    units = rows(
        conn, "SELECT id, parent_id, eid, label, kind FROM provisions WHERE document_id = ? ORDER BY seq", [document_id]
    )
    near = [unit for unit in units if unit["eid"].split("__")[-1] == steps[-1]]
    by_eid = {unit["eid"]: unit for unit in units}
    for length in range(len(steps) - 1, 0, -1):
        parent = by_eid.get("__".join(steps[:length]))
        if parent:
            near += [parent] + [unit for unit in units if unit["parent_id"] == parent["id"]]
            break
    near = near or [unit for unit in units if unit["parent_id"] is None and unit["kind"] != "paragraph"]
    unique = {unit["eid"]: unit for unit in near}
    return [{key: unit[key] for key in ("eid", "label", "kind")} for unit in list(unique.values())[:limit]]


def _read_former(conn: sqlite3.Connection, table: str, provision_id: str) -> dict[str, Any] | None:
    return one(
        conn,
        f"SELECT p.eid, p.label, a.since FROM aliases a JOIN {table} p ON p.id = a.new_id WHERE a.old_id = ?",
        [provision_id],
    )


def label_shortly(unit: dict[str, Any]) -> str:
    """Return the last step of a provision's readable path."""
    return unbreak((unit["label"] or unit["eid"]).split(" › ")[-1])


def _read_tree(conn: sqlite3.Connection, table: str, provision_id: str, version_id: str) -> dict[str, Any]:
    units = rows(
        conn,
        f"""
        WITH RECURSIVE below(id) AS (
            SELECT ? UNION ALL SELECT p.id FROM {table} p JOIN below ON p.parent_id = below.id
        )
        SELECT {UNIT_COLUMNS} FROM {table} WHERE id IN (SELECT id FROM below) ORDER BY seq
        """,
        [provision_id],
    )
    start = min(unit["start"] for unit in units)
    length = max(unit["end"] for unit in units) - start
    text = one(
        conn, "SELECT substr(text, ?, ?) AS text FROM versions WHERE id = ?", [start + 1, length, version_id]
    )["text"]
    return nest(units, text, start)[0]


def _read_indicators(conn: sqlite3.Connection, provision: dict[str, Any]) -> list[dict[str, Any]]:
    return rows(
        conn,
        """
        SELECT i.* FROM indicators i JOIN provisions p ON p.id = i.provision_id
        WHERE i.document_id = ? AND p.seq BETWEEN ? AND ? ORDER BY i.seq
        """,
        [provision["document_id"], provision["seq"], _last_seq(provision)],
    )


def _last_seq(unit: dict[str, Any]) -> int:
    while unit["children"]:
        unit = unit["children"][-1]
    return unit["seq"]


def _read_ancestors(conn: sqlite3.Connection, table: str, parent_id: str | None) -> list[dict[str, Any]]:
    units = rows(
        conn,
        f"""
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT id, parent_id FROM {table} WHERE id = ?
            UNION ALL SELECT p.id, p.parent_id FROM {table} p JOIN above ON p.id = above.parent_id
        )
        SELECT eid, kind, number, num, number_inferred, heading, label, depth, cells FROM {table}
        WHERE id IN (SELECT id FROM above) ORDER BY depth
        """,
        [parent_id],
    )
    for unit in units:
        unit["cells"] = json.loads(unit["cells"]) if unit["cells"] else None
    return units


def _read_neighbour(
    conn: sqlite3.Connection, table: str, unit: dict[str, Any], side: str, direction: str
) -> dict[str, Any] | None:
    within = "" if unit["kind"] in _THROUGH_DOCUMENT else "AND parent_id IS :parent_id"
    return one(
        conn,
        f"""
        SELECT eid, kind, number, heading, label FROM {table}
        WHERE document_id = :document_id AND version_id = :version_id AND kind = :kind {within} AND seq {side} :seq
        ORDER BY seq {direction} LIMIT 1
        """,
        unit,
    )
