"""Agencies: what each leads and supports, over all documents, with the words that say so."""

from __future__ import annotations

import sqlite3
from itertools import groupby
from typing import Any

from query.addresses import number_of_version, write_address
from query.database import one, rows
from query.layout import unbreak

MOST_DUTIES = 120  # of one role on a page, as many of each province where they are more; the table has them all
_BRACKETS = {"(": ")", "（": "）"}
_ENDS = "。；;\n"
_LONGEST_WORDS = 200


def list_agencies(conn: sqlite3.Connection) -> dict[str, Any]:
    """List the agencies with duties, those that lead most first.

    Shape: ``{"agencies": [{"id", "name", "lead", "support", "documents"}], "unlisted": [the same, ``id`` None: printed
    forms that the register of agencies does not know], "documents": documents that have duties, "all_documents",
    "forms": {form: duties}}``. Counts are of provisions.
    """
    found = rows(
        conn,
        """
        SELECT agency_id AS id, agency AS name, count(DISTINCT CASE role WHEN 'lead' THEN provision_id END) AS lead,
               count(DISTINCT CASE role WHEN 'support' THEN provision_id END) AS support,
               count(DISTINCT document_id) AS documents
        FROM responsibilities GROUP BY agency_id, agency ORDER BY lead DESC, support DESC, name
        """,
    )
    return {
        "agencies": [row for row in found if row["id"]],
        "unlisted": [row for row in found if not row["id"]],
        **one(
            conn,
            """
            SELECT (SELECT count(DISTINCT document_id) FROM responsibilities) AS documents,
                   (SELECT count(*) FROM documents) AS all_documents
            """,
        ),
        "forms": {row["form"]: row["n"] for row in rows(conn, "SELECT form, count(*) AS n FROM responsibilities GROUP BY form")},
    }


def read_agency(conn: sqlite3.Connection, agency_id: str) -> dict[str, Any] | None:
    """Return everything that a body leads or supports; None when the register has no such agency.

    Shape: ``{"id", "name", "printed": [{"form", "count"}], "roles": [{"role", "total", "shown", "documents":
    [{"id", "title", "province", "issued_on", "duties": [...]}]}]}``, lead first. A duty has ``provision_id``, ``eid``,
    ``label``, ``printed``, ``form`` (bracket or sentence), ``words`` (the bracket or sentence it stands in),
    ``address`` and ``pinned``.
    """
    agency = one(conn, "SELECT id, name FROM agencies WHERE id = ?", [agency_id])
    if agency is None:
        return None
    printed = rows(
        conn,
        """
        SELECT agency_printed AS form, count(*) AS count FROM responsibilities WHERE agency_id = ?
        GROUP BY agency_printed ORDER BY count DESC, form
        """,
        [agency_id],
    )
    return {**agency, "printed": printed, "roles": [_read_role(conn, agency_id, role) for role in ("lead", "support")]}


def words_around(text: str, start: int, end: int) -> str:
    """Return the bracket that holds a place of a text, else the sentence."""
    opening = max(text.rfind(sign, 0, start) for sign in _BRACKETS)
    if opening >= 0:
        closing = text.find(_BRACKETS[text[opening]], opening)
        if closing >= end:
            return unbreak(text[opening : closing + 1])
    begin = max(text.rfind(sign, 0, start) for sign in _ENDS) + 1
    ends = [place + 1 for place in (text.find(sign, end) for sign in _ENDS) if place >= 0]
    sentence = unbreak(text[begin : min(ends, default=len(text))].strip())
    return sentence if len(sentence) <= _LONGEST_WORDS else sentence[:_LONGEST_WORDS] + "……"


def _read_role(conn: sqlite3.Connection, agency_id: str, role: str) -> dict[str, Any]:
    # A duty's start orders as its provision does; the texts are read of those alone that are shown.
    found = rows(
        conn,
        """
        WITH counted AS (
            SELECT r.provision_id, r.agency_printed AS printed, r.form, r.start, r."end", count(*) OVER () AS total,
                   row_number() OVER (PARTITION BY d.province_code ORDER BY d.issued_on DESC, d.id, r.start, r.rowid) AS place,
                   d.id AS document_id, d.title, d.title_supplied, d.province, d.province_code, d.issued_on
            FROM responsibilities r JOIN documents d ON d.id = r.document_id
            WHERE r.agency_id = ? AND r.role = ?
        ), shown AS (SELECT * FROM counted ORDER BY place, province_code LIMIT ?)
        SELECT s.provision_id, s.printed, s.form, s.start - p.start AS start, s."end" - p.start AS "end", s.total,
               substr(v.text, p.start + 1, p.own_end - p.start) AS own, p.eid, p.label, p.version_id, s.document_id,
               s.title, s.title_supplied, s.province, s.issued_on
        FROM shown s JOIN provisions p ON p.id = s.provision_id JOIN versions v ON v.id = p.version_id
        ORDER BY s.province_code, s.issued_on DESC, s.document_id, s.start
        """,
        [agency_id, role, MOST_DUTIES],
    )
    documents = []
    for document_id, duties in groupby(found, key=lambda row: row["document_id"]):
        duties = list(duties)
        documents.append(
            {
                "id": document_id,
                **{key: duties[0][key] for key in ("title", "title_supplied", "province", "issued_on")},
                "duties": [_describe(duty) for duty in duties],
            }
        )
    return {"role": role, "total": found[0]["total"] if found else 0, "shown": len(found), "documents": documents}


def _describe(duty: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: duty[key] for key in ("provision_id", "eid", "label", "printed", "form")},
        "words": words_around(duty["own"], duty["start"], duty["end"]),
        "address": write_address(duty["document_id"], duty["eid"]),
        "pinned": write_address(duty["document_id"], duty["eid"], number_of_version(duty["version_id"])),
    }
