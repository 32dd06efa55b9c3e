"""How much of each document is its own, and with whom it shares the rest."""

from __future__ import annotations

import re
import sqlite3
from functools import partial
from typing import Any

from align.shares import MINIMA
from query.database import rows
from query.memo import once

#: A matrix of more documents is no longer read; the table to take away holds it whole.
MOST_IN_MATRIX = 20
USUAL_MINIMUM = 20
#: A table of more pairs opens in no spreadsheet, and takes the server's memory: 10,000 documents have two million.
MOST_PAIRS = 100_000


def describe_reuse(conn: sqlite3.Connection, minimum: int = USUAL_MINIMUM) -> dict[str, Any]:
    """Return how much of each document stands word for word in others, in passages of at least ``minimum`` characters.

    Shape: ``{"minimum", "minima", "documents": [{"id", "title", "province", "issued_on", "characters", "shared", "own",
    "own_share", "nearest" (``{"id", "title", "province", "characters", "share"}`` or None)}], "matrix": {id: {other id:
    characters}} or None}``; the least own ones first. ``minimum`` is one of the minima. Lengths are letters, digits and Han
    characters, without punctuation. The matrix is None where there are more than MOST_IN_MATRIX documents.
    """
    _column(minimum)
    return once(conn, _DESCRIBE[minimum])


def _describe(conn: sqlite3.Connection, minimum: int) -> dict[str, Any]:
    column = _column(minimum)
    documents = rows(
        conn,
        f"""
        SELECT d.id, d.title, d.province, d.province_code, d.issued_on, r.characters, r.{column} AS shared
        FROM reuse_documents r JOIN documents d ON d.id = r.document_id ORDER BY d.id
        """,
    )
    titles = {document["id"]: document for document in documents}
    nearest = {
        row["document_id"]: row
        for row in rows(
            conn,
            f"""
            SELECT document_id, other_id, max({column}) AS characters FROM reuse_shares WHERE {column} > 0
            GROUP BY document_id
            """,
        )
    }
    for document in documents:
        document["own"] = document["characters"] - document["shared"]
        document["own_share"] = _share(document["own"], document["characters"])
        near = nearest.get(document["id"])
        document["nearest"] = near and {
            **{key: titles[near["other_id"]][key] for key in ("id", "title", "province")},
            "characters": near["characters"],
            "share": _share(near["characters"], document["characters"]),
        }
    return {
        "minimum": minimum,
        "minima": list(MINIMA),
        "documents": sorted(documents, key=lambda d: (d["own_share"], d["id"])),
        "matrix": _read_matrix(conn, column, documents) if len(documents) <= MOST_IN_MATRIX else None,
    }


#: Made once each: thousands of documents have millions of pairs, of which the nearest are looked for.
_DESCRIBE = {least: partial(_describe, minimum=least) for least in MINIMA}


def _read_matrix(conn: sqlite3.Connection, column: str, documents: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    matrix: dict[str, dict[str, int]] = {document["id"]: {} for document in documents}
    for row in rows(conn, f"SELECT document_id, other_id, {column} AS characters FROM reuse_shares WHERE {column} > 0"):
        matrix[row["document_id"]][row["other_id"]] = row["characters"]
    return matrix


def list_share_rows(conn: sqlite3.Connection, document: str | None = None) -> list[dict[str, Any]]:
    """Return the pairs of documents that share something, with what they share by least length: rows of a table.

    Of all documents or of one. The first row of each document has no other one: what it shares with any. Of more than
    MOST_PAIRS pairs each document keeps those with which it shares most, and its first row says out of how many.
    """
    within = "WHERE document_id = :document" if document else ""
    total = conn.execute(f"SELECT count(*) FROM reuse_shares {within}", {"document": document}).fetchone()[0]
    documents = {
        row["document_id"]: row
        for row in rows(
            conn,
            """
            SELECT r.*, d.province, d.title AS document_title FROM reuse_documents r JOIN documents d ON d.id = r.document_id
            ORDER BY r.document_id
            """,
        )
    }
    most = max(1, MOST_PAIRS // len(documents)) if total > MOST_PAIRS else total
    counts = dict(conn.execute("SELECT document_id, count(*) FROM reuse_shares GROUP BY document_id")) if most < total else {}
    sql = f"""
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY document_id ORDER BY {_column(USUAL_MINIMUM)} DESC, other_id) AS place
            FROM reuse_shares {within}
        ) WHERE place <= :most ORDER BY document_id, other_id
    """
    # Hundreds of documents make a hundred thousand pairs: their titles are added here, not by a join.
    pairs: dict[str, list[dict[str, Any]]] = {}
    for pair in rows(conn, sql, {"document": document, "most": most}):
        other = documents[pair["other_id"]]
        pair |= {"other_province": other["province"], "other_title": other["document_title"]}
        pairs.setdefault(pair["document_id"], []).append(pair)
    found = []
    for document_id, own in documents.items():
        if document and document_id != document:
            continue
        named = {key: own[key] for key in ("province", "document_title", "characters")}
        cut = f"；共 {counts[document_id]} 份，此表列出相同最多的 {most} 份" if counts.get(document_id, 0) > most else ""
        found.append({**own, "other_id": None, "other_province": None, "other_title": f"（任一其他文件{cut}）"})
        found += [{**pair, **named} for pair in pairs.get(document_id, ())]
    return found


def choose_minimum(typed: str | None) -> tuple[int, str | None]:
    """Return the least length that is meant, one of the minima, and a remark where that is not what was typed."""
    if not typed:
        return USUAL_MINIMUM, None
    offered = "、".join(map(str, MINIMA))
    if not re.fullmatch(r"\d{1,6}", typed):
        return USUAL_MINIMUM, f"“{typed[:20]}”不是字数，已按 {USUAL_MINIMUM} 字；可选 {offered}。"
    chosen = min(MINIMA, key=lambda least: (abs(least - int(typed)), least))
    return chosen, None if chosen == int(typed) else f"最短字数可选 {offered}，已按最接近的 {chosen} 字。"


def _column(minimum: int) -> str:
    if minimum not in MINIMA:
        raise ValueError(f"{minimum} is none of {MINIMA}")
    return f"shared_{minimum}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
