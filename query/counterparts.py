"""Say which provisions of other documents regulate the same matter as one, why, and where there is none."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from query.addresses import number_of_version, write_address
from query.database import one, rows
from query.memo import once
from query.neighbours import compared_with
from query.themes import OPENING, first_sentence

MOST_SILENT = 60  # documents without a counterpart, or never compared, that are listed by name
#: From which value a reason is worth naming; of two that say the same only the first is named.
REASONS = (("heading", 0.5), ("heading_in", 0.8)), (("contained", 0.4), ("words", 0.3)), (("main_theme", 0.5),), (("unheaded", 1),)


def counterparts_of(conn: sqlite3.Connection, provision_id: str) -> dict[str, Any] | None:
    """Return the counterparts of a provision in every other document; None when there is no such provision.

    Shape: ``{"provision": {"id", "eid", "label", "heading"}, "measure": {"id", "label", "documents"} or None, "documents": [{"id",
    "title", "province", "province_code", "issued_on", "found": [...]}], "silent": [{"id", "title", "province", "looked":
    {"provisions", "characters"}}], "more_silent": n, "not_compared": {"total", "documents": [as of ``silent``, the first
    MOST_SILENT]}}``. ``silent`` are documents that were compared; of ``not_compared``, which are too far off, it is not
    known whether they have a counterpart. ``provision`` is what was compared: the clause, article, box or
    loose paragraph that the provision is or stands in; None for what holds these. Of what was found, best first:
    ``{"id", "eid", "label", "heading", "opening", "address", "pinned", "score", "rank", "kind" (``whole``: regulates
    the same; ``passing``: takes it up in passing), "origin", "why", "reasons"}``, ``reasons`` naming what in ``why`` speaks for it; documents with the likeliest come first.
    """
    asked = one(conn, "SELECT id, unit_id, document_id FROM provisions WHERE id = ?", [provision_id])
    if asked is None:
        return None
    compared = one(
        conn,
        """
        SELECT p.id, p.eid, p.label, p.heading FROM compared_provisions c JOIN provisions p ON p.id = c.provision_id
        WHERE c.provision_id = ?
        """,
        [asked["unit_id"]],
    )
    if compared is None:
        return {"provision": None, "measure": None, "documents": [], "silent": [], "more_silent": 0, "not_compared": {"total": 0, "documents": []}}
    found = rows(
        conn,
        """
        SELECT c.other_id, c.document_id, c.score, c.rank, c.kind AS match, c.origin, c.why, p.eid, p.label, p.heading,
               p.number, p.kind, substr(p.text, 1, :opening) AS text, p.cells IS NOT NULL AS is_table, p.version_id
        FROM counterparts c JOIN provisions p ON p.id = c.other_id
        WHERE c.provision_id = :id ORDER BY c.document_id, c.rank
        """,
        {"id": compared["id"], "opening": OPENING},
    )
    by_document: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_document.setdefault(row["document_id"], []).append(_describe(row))
    documents = extents(conn)
    here = [{**documents[id_]["document"], "found": some} for id_, some in by_document.items()]
    here.sort(key=lambda d: (d["found"][0]["kind"] == "passing", -d["found"][0]["score"], d["id"]))
    compared_ones = compared_with(conn, asked["document_id"])
    silent, unseen = [], []
    for id_, entry in documents.items():
        if id_ not in by_document and id_ != asked["document_id"]:
            (silent if id_ in compared_ones else unseen).append({**entry["document"], "looked": entry["looked"]})
    return {
        "provision": compared,
        "measure": measure_of(conn, compared["id"]),
        "documents": here,
        "silent": silent[:MOST_SILENT],
        "more_silent": max(0, len(silent) - MOST_SILENT),
        "not_compared": {"total": len(unseen), "documents": unseen[:MOST_SILENT]},
    }


def measure_of(conn: sqlite3.Connection, provision_id: str) -> dict[str, Any] | None:
    """Return the measure that a compared provision belongs to: ``{"id", "label", "documents", "provisions"}``."""
    return one(
        conn,
        """
        SELECT m.id, m.label, m.documents, m.provisions FROM measure_provisions mp JOIN measures m ON m.id = mp.measure_id
        WHERE mp.provision_id = ?
        """,
        [provision_id],
    )


def count_counterparts(conn: sqlite3.Connection, document_id: str) -> dict[str, int]:
    """Return in how many other documents each provision of a document has a counterpart (not in passing alone)."""
    sql = """
        SELECT c.provision_id AS id, count(DISTINCT c.document_id) AS n FROM counterparts c
        JOIN compared_provisions p ON p.provision_id = c.provision_id
        WHERE p.document_id = ? AND c.kind = 'whole' GROUP BY c.provision_id
    """
    return {row["id"]: row["n"] for row in rows(conn, sql, [document_id])}


def extents(conn: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Return by document ``{"document": {"id", "title", …}, "looked": {"provisions", "characters"}}``: how much of it is compared."""
    return once(conn, _read_extents)


def _read_extents(conn: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    sql = """
        SELECT d.id, d.title, d.title_supplied, d.province, d.province_code, d.issued_on, count(c.provision_id) AS provisions,
               coalesce(sum(c.characters), 0) AS characters
        FROM documents d LEFT JOIN compared_provisions c ON c.document_id = d.id
        GROUP BY d.id ORDER BY d.province_code, d.issued_on DESC, d.id
    """
    return {
        row["id"]: {
            "looked": {key: row.pop(key) for key in ("provisions", "characters")},
            "document": row,
        }
        for row in rows(conn, sql)
    }


def _describe(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["other_id"],
        "eid": row["eid"],
        "label": row["label"],
        "heading": row["heading"],
        "opening": first_sentence(row),
        "address": write_address(row["document_id"], row["eid"]),
        "pinned": write_address(row["document_id"], row["eid"], number_of_version(row["version_id"])),
        "score": row["score"],
        "rank": row["rank"],
        "kind": row["match"],
        "origin": row["origin"],
        "why": (why := json.loads(row["why"])),
        "reasons": list_reasons(why),
    }


def list_reasons(why: dict[str, Any]) -> list[str]:
    """Return the names of the reasons that speak for a pair clearly, out of ``why``."""
    named = (next((name for name, least in same if why.get(name, 0) >= least), None) for same in REASONS)
    return [name for name in named if name]
