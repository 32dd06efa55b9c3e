"""What can be compared: the provisions of a measure, counterparts to add, examples to begin with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from query.addresses import write_address
from query.database import one, rows
from query.layout import unbreak
from query.provisions import label_shortly

MOST_OFFERED = 12
MOST_EXAMPLES = 8

_OFFER = "p.id, p.document_id, p.eid, p.kind, p.label, d.province, d.province_code, d.title"


def read_measure(conn: sqlite3.Connection, provision_id: str, most: int) -> dict[str, Any] | None:
    """Return the measure that a provision belongs to; None when it belongs to none.

    Shape: ``{"id", "label", "members": [p], "others": [offer], "documents"}``. Members are the places to compare: the
    provision itself, then the best of each other document, the likest first, at most ``most``; ``others`` is the rest.
    """
    measure = one(
        conn,
        "SELECT m.id, m.label FROM measures m JOIN measure_provisions mp ON mp.measure_id = m.id WHERE mp.provision_id = ?",
        [provision_id],
    )
    if measure is None:
        return None
    found = rows(
        conn,
        f"""
        SELECT {_OFFER}, mp.rank, (SELECT max(c.score) FROM counterparts c WHERE c.provision_id = :asked AND c.other_id = p.id) AS score
        FROM measure_provisions mp JOIN provisions p ON p.id = mp.provision_id JOIN documents d ON d.id = p.document_id
        WHERE mp.measure_id = :measure ORDER BY p.id != :asked, mp.rank, score IS NULL, score DESC, p.document_id
        """,
        {"asked": provision_id, "measure": measure["id"]},
    )
    best: dict[str, dict[str, Any]] = {}
    for row in found:
        best.setdefault(row["document_id"], row)
    members = list(best.values())[:most]
    others = [_offer(row) for row in found if row not in members]
    return {**measure, "members": [_place(row) for row in members], "others": others, "documents": len(best)}


def list_counterparts(conn: sqlite3.Connection, provision_ids: Sequence[str]) -> list[dict[str, Any]]:
    """List what could be compared as well: the best counterparts in documents that are not among the compared ones.

    Shape: ``[{"id", "document_id", "eid", "p", "kind", "province", "title", "short", "label", "address", "passing"}]``; ``passing`` is
    true of a provision that has other matters too and touches this one.
    """
    found = rows(
        conn,
        f"""
        SELECT {_OFFER}, c.kind = 'passing' AS passing, max(c.score) AS score
        FROM counterparts c JOIN provisions p ON p.id = c.other_id JOIN documents d ON d.id = p.document_id
        WHERE c.provision_id IN (SELECT value FROM json_each(:ids))
          AND p.document_id NOT IN (SELECT document_id FROM provisions WHERE id IN (SELECT value FROM json_each(:ids)))
        GROUP BY p.id ORDER BY passing, score DESC, p.id
        """,
        {"ids": json.dumps(list(provision_ids))},
    )
    best: dict[str, dict[str, Any]] = {}
    for row in found:
        best.setdefault(row["document_id"], row)
    return [{**_offer(row), "passing": bool(row["passing"])} for row in list(best.values())[:MOST_OFFERED]]


def list_examples(conn: sqlite3.Connection, most: int) -> list[dict[str, Any]]:
    """List comparisons worth opening: ``[{"label", "provinces": [name], "provisions": [p]}]``, of headed clauses and boxes.

    They are the measures that most documents have.
    """
    examples = []
    for label, members in _measures(conn):
        best: dict[str, dict[str, Any]] = {}
        for row in members:
            best.setdefault(row["document_id"], row)
        chosen = list(best.values())[:most]
        if len(chosen) > 1:
            provinces = list(dict.fromkeys(row["province"] for row in chosen))
            examples.append({"label": unbreak(label), "provinces": provinces, "provisions": [_place(row) for row in chosen]})
    return examples[:MOST_EXAMPLES]


def _measures(conn: sqlite3.Connection):
    headed = "SELECT id, label FROM measures WHERE documents > 1 ORDER BY documents DESC, seq LIMIT 60"
    for measure in rows(conn, headed):
        members = rows(
            conn,
            f"""
            SELECT {_OFFER} FROM measure_provisions mp
            JOIN provisions p ON p.id = mp.provision_id JOIN documents d ON d.id = p.document_id
            WHERE mp.measure_id = ? AND p.heading IS NOT NULL AND p.cells IS NULL ORDER BY mp.rank, p.document_id
            """,
            [measure["id"]],
        )
        yield measure["label"], members


def _offer(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("id", "document_id", "eid", "kind", "province", "title")},
        "p": _place(row),
        "label": unbreak(row["label"] or row["eid"]),
        "short": label_shortly(row),
        "address": write_address(row["document_id"], row["eid"]),
    }


def _place(row: dict[str, Any]) -> str:
    return f"{row['document_id']}/{row['eid']}"
