"""Tell which document covers which measure, and how: the coverage matrix."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from query.addresses import number_of_version, write_address
from query.choose_columns import choose_documents
from query.counterparts import extents
from query.database import one, rows
from query.facts import figures_of_units
from query.memo import once
from query.neighbours import all_compared, compared_with
from query.pick import MOST_LISTED

STATES = ("same", "adapted", "own", "passing", "absent", "unseen")
SORTS = ("theme", "spread", "common", "order")
MOST_COLUMNS = 8  # a wider table is read by nobody; which documents stand in it can be chosen
PAGE = 100
MOST_FIGURES = 3


@dataclass(frozen=True)
class Asked:
    """A coverage matrix: documents (all, or as many as fit, when none), theme, least number of documents, a state in one document, order, page."""

    documents: tuple[str, ...] = ()
    theme: str = ""
    least: int = 2
    state: str = ""
    of: str = ""  # the document whose ``state`` is asked for, or whose order is followed
    sort: str = "theme"
    page: int = 1

    def path(self, form: str = "") -> str:
        """Return the address; what is usual is left out."""
        pairs = [("d", document) for document in self.documents]
        usual = Asked()
        for name in ("theme", "least", "state", "of", "sort", "page"):
            if getattr(self, name) != getattr(usual, name):
                pairs.append((name, str(getattr(self, name))))
        return f"/measures{form}" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")

    def turn(self, **changes: Any) -> Asked:
        """Return the same matrix with changes, on its first page."""
        return replace(self, **{"page": 1, **changes})


def list_coverage(conn: sqlite3.Connection, asked: Asked, whole: bool = False) -> dict[str, Any]:
    """Return the coverage matrix that was asked for; all rows when ``whole``, else those of its page.

    Shape: ``{"documents": [{"id", "title", "province", …, "looked": {"provisions", "characters"}, "shown"}] (of more than
    MOST_LISTED only those that are shown or asked for), "all_documents": how many there are, "is_suggested": the shown
    ones are what ``choose_columns`` chooses of itself, "columns": the shown ones, "themes": [{"id", "name", "measures"}], "total", "all", "single": measures found in one document
    only, "pages", "states": those of STATES that cells can have, "measures": [{"id", "label", "origin", "theme": {"id",
    "name"}, "documents", "here" (how many of those shown have it), "provisions", "cells": [...]}]}``. A cell: ``{"document_id", "state" (one of STATES), "shared"
    (share of its characters that stand in others' words, of the measure), "provisions": [{"id", "eid", "number",
    "heading", "label", "address", "pinned"}], "figures", "more_figures"}``; of ``passing`` the provision that takes it up,
    of ``absent`` none. ``absent`` is said of a document that was compared with one of the measure's at least, ``unseen``
    of one that was with none.
    """
    known = extents(conn)
    columns = choose_columns(conn, asked)
    compared = {} if all_compared(conn) else {id_: compared_with(conn, id_) for id_ in {*columns, asked.of} if id_ in known}
    where, params = _conditions(asked, columns, compared)
    found = rows(
        conn,
        f"""
        SELECT m.*, t.name AS theme_name, t.seq AS theme_seq,
               (SELECT min(c.seq) FROM measure_provisions mp JOIN compared_provisions c ON c.provision_id = mp.provision_id
                WHERE mp.measure_id = m.id AND mp.document_id = :order_of) AS place,
               (SELECT count(*) FROM coverage c WHERE c.measure_id = m.id AND c.state != 'passing'
                AND c.document_id IN (SELECT value FROM json_each(:columns))) AS here
        FROM measures m LEFT JOIN themes t ON t.id = m.theme_id WHERE {where}
        """,
        {**params, "order_of": asked.of if asked.of in known else columns[0] if columns else ""},
    )
    found.sort(key=_ORDERS[asked.sort])
    first = 0 if whole else (asked.page - 1) * PAGE
    shown = found if whole else found[first : first + PAGE]
    cells = _read_cells(conn, [row["id"] for row in shown], columns)
    _add_unseen(conn, cells, [row["id"] for row in shown], columns, compared)
    counts = one(conn, "SELECT count(*) AS n, coalesce(sum(documents = 1), 0) AS single FROM measures")
    return {
        "documents": [
            {**entry["document"], "looked": entry["looked"], "shown": id_ in columns}
            for id_, entry in known.items()
            if len(known) <= MOST_LISTED or id_ in columns or id_ == asked.of
        ],
        "all_documents": len(known),
        "is_suggested": len(known) > MOST_COLUMNS and set(columns) == set(choose_columns(conn, replace(asked, documents=()))),
        "columns": [{**known[id_]["document"], "looked": known[id_]["looked"]} for id_ in columns],
        "themes": rows(
            conn,
            """
            SELECT t.id, t.name, count(*) AS measures FROM measures m JOIN themes t ON t.id = m.theme_id
            WHERE m.documents >= ? GROUP BY t.id ORDER BY t.seq
            """,
            [asked.least],
        ),
        "total": len(found),
        "all": counts["n"],
        "single": counts["single"],
        "pages": -(-len(found) // PAGE),
        "states": [state for state in STATES if state != "unseen" or compared],
        "measures": [
            {
                "id": row["id"],
                "label": row["label"],
                "origin": row["origin"],
                "theme": {"id": row["theme_id"], "name": row["theme_name"]} if row["theme_name"] else None,
                "documents": row["documents"],
                "here": row["here"],
                "provisions": row["provisions"],
                "cells": [cells.get((row["id"], id_), _silent(id_)) for id_ in columns],
            }
            for row in shown
        ],
    }


def choose_columns(conn: sqlite3.Connection, asked: Asked) -> list[str]:
    """Return the documents that stand in the columns: those asked for, else all, else as many as fit that have much in common."""
    known = extents(conn)
    columns = [id_ for id_ in asked.documents if id_ in known][:MOST_COLUMNS]
    if columns or len(known) <= MOST_COLUMNS:
        return columns or list(known)
    if not asked.theme and not asked.of:
        return once(conn, _choose_usual)
    return choose_documents(conn, MOST_COLUMNS, asked.theme, asked.of)


def _choose_usual(conn: sqlite3.Connection) -> list[str]:
    return choose_documents(conn, MOST_COLUMNS)


def find_measure(conn: sqlite3.Connection, provision_id: str) -> str | None:
    """Return the id of the measure that a provision, or what it stands in, belongs to."""
    found = one(
        conn,
        "SELECT mp.measure_id AS id FROM provisions p JOIN measure_provisions mp ON mp.provision_id = p.unit_id WHERE p.id = ?",
        [provision_id],
    )
    return found["id"] if found else None


def _conditions(asked: Asked, columns: Sequence[str], compared: Mapping[str, Set[str]]) -> tuple[str, dict[str, Any]]:
    """``compared``: by document those it was compared with; empty where all were."""
    conditions, params = ["m.documents >= :least"], {"least": asked.least, "columns": json.dumps(list(columns))}
    conditions.append(
        """EXISTS (SELECT 1 FROM coverage c WHERE c.measure_id = m.id AND c.state != 'passing'
           AND c.document_id IN (SELECT value FROM json_each(:columns)))"""
    )
    if asked.theme:
        conditions.append("m.theme_id = :theme")
        params["theme"] = asked.theme
    if asked.state and asked.of:
        of_document = "(SELECT 1 FROM coverage c WHERE c.measure_id = m.id AND c.document_id = :of {})"
        if asked.state in ("absent", "unseen"):
            conditions.append("NOT EXISTS " + of_document.format(""))
            if asked.of in compared:
                conditions.append(
                    f"""{"NOT" if asked.state == "unseen" else ""} EXISTS (SELECT 1 FROM measure_provisions mp WHERE mp.measure_id = m.id
                    AND mp.document_id IN (SELECT value FROM json_each(:compared)))"""
                )
                params["compared"] = json.dumps(sorted(compared[asked.of]))
            elif asked.state == "unseen":
                conditions.append("0")
        else:
            conditions.append("EXISTS " + of_document.format("AND c.state = :state"))
            params["state"] = asked.state
        params["of"] = asked.of
    return " AND ".join(conditions), params


def _by_theme(row: dict[str, Any]) -> tuple:
    return (row["theme_seq"] is None, row["theme_seq"], -row["documents"], row["seq"])


_ORDERS = {
    "theme": _by_theme,
    "spread": lambda row: (-row["documents"], *_by_theme(row)),
    "common": lambda row: (-row["here"], *_by_theme(row)),
    "order": lambda row: (row["place"] is None, row["place"], *_by_theme(row)),
}


def _silent(document_id: str, state: str = "absent") -> dict[str, Any]:
    return {"document_id": document_id, "state": state, "shared": None, "provisions": [], "figures": [], "more_figures": 0}


def _read_cells(conn: sqlite3.Connection, measures: Sequence[str], columns: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    params = {"measures": json.dumps(list(measures)), "columns": json.dumps(list(columns))}
    found = rows(
        conn,
        """
        SELECT c.measure_id, c.document_id, c.state, c.shared, p.id, p.eid, p.number, p.heading, p.label, p.version_id
        FROM coverage c
        LEFT JOIN measure_provisions mp ON mp.measure_id = c.measure_id AND mp.document_id = c.document_id
        JOIN provisions p ON p.id = coalesce(mp.provision_id, c.provision_id)
        WHERE c.measure_id IN (SELECT value FROM json_each(:measures)) AND c.document_id IN (SELECT value FROM json_each(:columns))
        ORDER BY c.measure_id, c.document_id, mp.rank
        """,
        params,
    )
    figures = figures_of_units(conn, [row["id"] for row in found if row["state"] != "passing"])
    cells: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        cell = cells.setdefault(
            (row["measure_id"], row["document_id"]),
            {**_silent(row["document_id"]), "state": row["state"], "shared": row["shared"], "provisions": [], "figures": []},
        )
        cell["provisions"].append(
            {
                **{key: row[key] for key in ("id", "eid", "number", "heading", "label")},
                "address": write_address(row["document_id"], row["eid"]),
                "pinned": write_address(row["document_id"], row["eid"], number_of_version(row["version_id"])),
            }
        )
        if row["state"] != "passing":
            cell["figures"] += figures.get(row["id"], [])
    for cell in cells.values():
        cell["more_figures"] = max(0, len(cell["figures"]) - MOST_FIGURES)
    return cells


def _add_unseen(
    conn: sqlite3.Connection, cells: dict[tuple[str, str], dict[str, Any]], measures: Sequence[str], columns: Sequence[str],
    compared: Mapping[str, Set[str]],
) -> None:  # fmt: skip
    """Add the cells of which nothing is known: of documents that were compared with none that have the measure."""
    if not compared:
        return
    having: dict[str, set[str]] = defaultdict(set)
    sql = "SELECT DISTINCT measure_id, document_id FROM measure_provisions WHERE measure_id IN (SELECT value FROM json_each(?))"
    for measure, document in conn.execute(sql, [json.dumps(list(measures))]):
        having[measure].add(document)
    for measure in measures:
        for document in columns:
            if (measure, document) not in cells and having[measure].isdisjoint(compared[document]):
                cells[measure, document] = _silent(document, "unseen")
