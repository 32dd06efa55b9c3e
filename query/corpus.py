"""What is in the corpus: facts of the build, counts, documents by province."""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby
from typing import Any

from query.database import one, rows

#: The kinds that make a document's skeleton; the home page and the lists count these.
COUNTED_KINDS = ("part", "chapter", "article", "clause", "box")

_DOCUMENT_COLUMNS = """
    id, province_code, province, title, title_supplied, doc_number, doc_type, issuers,
    issued_on, published_on, period_start, period_end, source_url, current_version
"""


def describe_corpus(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return the corpus in figures.

    Shape: ``{"build": {key: value}, "counts": {"documents", "provinces", "provisions", "indicators",
    <kind>: n}}``; a kind that does not occur is missing from the counts.
    """
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
    return {"build": read_build(conn), "counts": counts}


def read_build(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the facts of the build: ``corpus_version``, ``corpus_released_on``, ``corpus_sha256`` …"""
    return {row["key"]: row["value"] for row in rows(conn, "SELECT key, value FROM build")}


def list_documents(conn: sqlite3.Connection, province: str | None = None) -> list[dict[str, Any]]:
    """List the documents, by province and newest first, each with ``counts`` of its units and indicators.

    ``province`` is a province code (``ln``) and narrows the list.
    """
    documents = rows(
        conn,
        f"""
        SELECT {_DOCUMENT_COLUMNS} FROM documents
        WHERE :province IS NULL OR province_code = :province
        ORDER BY province_code, issued_on DESC, id
        """,
        {"province": province},
    )
    counts = _count_by_document(conn, province)
    for document in documents:
        document["issuers"] = json.loads(document["issuers"] or "[]")
        document["counts"] = counts.get(document["id"], {})
    return documents


def group_by_province(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group a list of documents: ``[{"province_code", "province", "documents": [...]}]``, most documents first."""
    groups = []
    by_province = sorted(documents, key=lambda document: document["province_code"] or "")
    for code, members in groupby(by_province, key=lambda document: document["province_code"]):
        members = list(members)
        groups.append({"province_code": code, "province": members[0]["province"], "documents": members})
    return sorted(groups, key=lambda group: (-len(group["documents"]), group["province_code"] or ""))


def _count_by_document(conn: sqlite3.Connection, province: str | None) -> dict[str, dict[str, int]]:
    narrowing = {"province": province}
    within = ":province IS NULL OR document_id IN (SELECT id FROM documents WHERE province_code = :province)"
    counts: dict[str, dict[str, int]] = {}
    kinds = ", ".join(f"'{kind}'" for kind in COUNTED_KINDS)
    for row in rows(
        conn,
        f"""
        SELECT document_id, kind, count(*) AS n FROM provisions
        WHERE kind IN ({kinds}) AND ({within}) GROUP BY document_id, kind
        """,
        narrowing,
    ):
        counts.setdefault(row["document_id"], {})[row["kind"]] = row["n"]
    for row in rows(
        conn, f"SELECT document_id, count(*) AS n FROM indicators WHERE {within} GROUP BY document_id", narrowing
    ):
        counts.setdefault(row["document_id"], {})["indicator"] = row["n"]
    return counts
