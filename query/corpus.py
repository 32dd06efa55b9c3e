"""What is in the corpus: facts of the build, counts, documents by province."""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby
from typing import Any

from query.database import one, rows
from query.memo import once

#: The kinds that make a document's skeleton; the home page and the lists count these.
COUNTED_KINDS = ("part", "chapter", "article", "clause", "box")

#: A table is kept as a box; its eId tells it from a 专栏.
_IS_TABLE = "kind = 'box' AND (eid GLOB 'table_*' OR eid GLOB '*__table_*')"

_DOCUMENT_COLUMNS = """
    id, province_code, province, title, title_supplied, doc_number, doc_type, issuers,
    issued_on, published_on, period_start, period_end, source_url, current_version
"""

#: A document's year, as four digits.
_YEAR = "coalesce(substr(coalesce(nullif(issued_on, ''), nullif(published_on, '')), 1, 4), 'none')"


def describe_corpus(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return the corpus in figures.

    Shape: ``{"build": {key: value}, "counts": {"documents", "provinces", "provisions", "indicators",
    <kind>: n}}``, tables apart from boxes as ``table``; a kind that does not occur is missing from the counts.
    """
    return {"build": read_build(conn), "counts": dict(once(conn, _count_corpus))}


def _count_corpus(conn: sqlite3.Connection) -> dict[str, int]:
    counts = one(
        conn,
        """
        SELECT (SELECT count(*) FROM documents) AS documents,
               (SELECT count(DISTINCT province_code) FROM documents) AS provinces,
               (SELECT count(*) FROM provisions) AS provisions,
               (SELECT count(*) FROM indicators) AS indicators
        """,
    )
    for row in rows(conn, "SELECT kind, count(*) AS n FROM provisions GROUP BY kind"):
        counts[row["kind"]] = row["n"]
    if tables := one(conn, f"SELECT count(*) AS n FROM provisions WHERE {_IS_TABLE}")["n"]:
        counts |= {"table": tables, "box": counts["box"] - tables}
    return counts


def read_build(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the facts of the build: ``corpus_version``, ``corpus_released_on``, ``corpus_sha256`` …"""
    return {row["key"]: row["value"] for row in rows(conn, "SELECT key, value FROM build")}


def list_documents(
    conn: sqlite3.Connection,
    province: str | None = None,
    year: str | None = None,
    *,
    newest_first: bool = False,
    limit: int = -1,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """List the documents, each with ``counts`` of its units and indicators.

    The provinces with most documents come first and of a province the newest; or the newest of all. ``province`` is a
    province code (``ln``) and ``year`` one as ``count_documents`` gives it: they narrow the list.
    """
    order = "issued_on DESC" if newest_first else "n_here DESC, province_code, issued_on DESC"
    documents = rows(
        conn,
        f"""
        SELECT {_DOCUMENT_COLUMNS} FROM (
            SELECT *, {_YEAR} AS year, count(*) OVER (PARTITION BY province_code) AS n_here FROM documents
            WHERE (:province IS NULL OR province_code = :province) AND (:year IS NULL OR {_YEAR} = :year)
        ) ORDER BY {order}, id LIMIT :limit OFFSET :offset
        """,
        {"province": province, "year": year, "limit": limit, "offset": offset},
    )
    counts = _count_by_document(conn, [document["id"] for document in documents])
    for document in documents:
        document["issuers"] = json.loads(document["issuers"] or "[]")
        document["counts"] = counts.get(document["id"], {})
    return documents


def count_documents(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Count the documents by province and year: ``[{"province_code", "province", "year", "n"}]``.

    The year is that of the day of signature, else of publication; ``none`` where neither is known.
    """
    sql = f"SELECT province_code, province, {_YEAR} AS year, count(*) AS n FROM documents GROUP BY 1, 3 ORDER BY 1, 3"
    return rows(conn, sql)


def group_by_province(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group a list of documents where neighbours are of one province: ``[{"province_code", "province", "documents"}]``."""
    groups = []
    for code, members in groupby(documents, key=lambda document: document["province_code"]):
        members = list(members)
        groups.append({"province_code": code, "province": members[0]["province"], "documents": members})
    return groups


def _count_by_document(conn: sqlite3.Connection, ids: list[str]) -> dict[str, dict[str, int]]:
    asked = {"ids": json.dumps(ids)}
    within = "document_id IN (SELECT value FROM json_each(:ids))"
    counts: dict[str, dict[str, int]] = {}
    kinds = ", ".join(f"'{kind}'" for kind in COUNTED_KINDS)
    for row in rows(
        conn,
        f"""
        SELECT document_id, CASE WHEN {_IS_TABLE} THEN 'table' ELSE kind END AS counted, count(*) AS n FROM provisions
        WHERE {within} AND kind IN ({kinds}) GROUP BY document_id, counted
        """,
        asked,
    ):
        counts.setdefault(row["document_id"], {})[row["counted"]] = row["n"]
    for row in rows(
        conn, f"SELECT document_id, count(*) AS n FROM indicators WHERE {within} GROUP BY document_id", asked
    ):
        counts.setdefault(row["document_id"], {})["indicator"] = row["n"]
    return counts
