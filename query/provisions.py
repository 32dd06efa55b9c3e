"""One provision in its place: the way to it, its words, its facts, its neighbours, its source."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from query.database import one, rows
from query.documents import UNIT_COLUMNS, describe_document
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
    column heads, else None) and ``passage`` (see ``read_passage``).
    """
    document = describe_document(conn, document_id, version)
    if document is None:
        return None
    version_id = document["version"]["id"]
    found = one(
        conn, "SELECT id, text, sha256 FROM provisions WHERE id = ? AND version_id = ?", [f"{document_id}__{eid}", version_id]
    )
    if found is None:
        return None
    provision = _read_tree(conn, found["id"], version_id)
    ancestors = _read_ancestors(conn, provision["parent_id"])
    box = next((unit for unit in reversed(ancestors) if unit["kind"] == "box"), None)
    indicators = _read_indicators(conn, provision)
    mark_parts(list(walk([provision])), indicators)
    return {
        **provision,
        "text": found["text"],
        "sha256": found["sha256"],
        "document": document,
        "breadcrumb": ancestors,
        "box": box if provision["kind"] == "row" else None,
        "before": _read_neighbour(conn, provision, "<", "DESC"),
        "after": _read_neighbour(conn, provision, ">", "ASC"),
        "indicators": indicators,
        "doubts": rows(
            conn,
            "SELECT * FROM doubts WHERE version_id = ? AND provision_id = ? ORDER BY start",
            [version_id, found["id"]],
        ),
        "passage": read_passage(conn, version_id, provision["start"], provision["end"]),
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


def label_shortly(unit: dict[str, Any]) -> str:
    """Return the last step of a provision's readable path."""
    return unbreak((unit["label"] or unit["eid"]).split(" › ")[-1])


def _read_tree(conn: sqlite3.Connection, provision_id: str, version_id: str) -> dict[str, Any]:
    units = rows(
        conn,
        f"""
        WITH RECURSIVE below(id) AS (
            SELECT ? UNION ALL SELECT p.id FROM provisions p JOIN below ON p.parent_id = below.id
        )
        SELECT {UNIT_COLUMNS} FROM provisions WHERE id IN (SELECT id FROM below) ORDER BY seq
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


def _read_ancestors(conn: sqlite3.Connection, parent_id: str | None) -> list[dict[str, Any]]:
    units = rows(
        conn,
        """
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT id, parent_id FROM provisions WHERE id = ?
            UNION ALL SELECT p.id, p.parent_id FROM provisions p JOIN above ON p.id = above.parent_id
        )
        SELECT eid, kind, number, num, number_inferred, heading, label, depth, cells FROM provisions
        WHERE id IN (SELECT id FROM above) ORDER BY depth
        """,
        [parent_id],
    )
    for unit in units:
        unit["cells"] = json.loads(unit["cells"]) if unit["cells"] else None
    return units


def _read_neighbour(
    conn: sqlite3.Connection, unit: dict[str, Any], side: str, direction: str
) -> dict[str, Any] | None:
    within = "" if unit["kind"] in _THROUGH_DOCUMENT else "AND parent_id IS :parent_id"
    return one(
        conn,
        f"""
        SELECT eid, kind, number, heading, label FROM provisions
        WHERE document_id = :document_id AND version_id = :version_id AND kind = :kind {within} AND seq {side} :seq
        ORDER BY seq {direction} LIMIT 1
        """,
        unit,
    )
