"""The facts of one provision, each with the place of its words, and the documents that a document cites."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from query.database import one, rows
from query.layout import walk

#: What holds provisions: its facts are those of what it holds, and stand there.
CONTAINERS = {"part", "chapter", "section", "annex"}
NO_FACTS: dict[str, Any] = {
    "unit": None, "themes": [], "figures": [], "duties": [], "audiences": [], "force": [], "citations": [],
}  # fmt: skip
FORCES = ("must", "encourage", "explore")


def facts_of(conn: sqlite3.Connection, provision_id: str) -> dict[str, Any] | None:
    """Return the facts of a provision and of what stands in it; None when there is no such provision.

    Shape: ``{"themes", "unit", "figures", "duties", "audiences", "force", "citations"}``. ``unit`` is the clause,
    box or loose paragraph (``{"id", "eid", "label"}``) whose themes, audiences and force these are; audiences
    and force are told only of the unit itself. Figures, duties and citations carry ``start`` and ``end`` in the
    version's text and the ``eid`` they stand in. Of a part or chapter there are none: they stand in its clauses.
    """
    unit = one(
        conn,
        """
        SELECT p.id, p.document_id, p.kind, p.seq, p.unit_id,
               (WITH RECURSIVE below(id, seq) AS (
                    SELECT p.id, p.seq UNION ALL SELECT c.id, c.seq FROM provisions c JOIN below ON c.parent_id = below.id
                ) SELECT max(seq) FROM below) AS last
        FROM provisions p WHERE p.id = ?
        """,
        [provision_id],
    )
    if unit is None:
        return None
    facts = {"unit": None, "themes": [], "figures": [], "duties": [], "audiences": [], "force": [], "citations": []}
    if unit["kind"] in CONTAINERS:
        return facts
    whose = one(conn, "SELECT id, eid, label, kind, heading FROM provisions WHERE id = ?", [unit["unit_id"]])
    is_itself = whose["id"] == unit["id"]
    inside = "FROM {} f JOIN provisions p ON p.id = f.provision_id WHERE p.document_id = :document_id AND p.seq BETWEEN :seq AND :last"

    def read(table: str) -> list[dict[str, Any]]:
        return rows(conn, f"SELECT f.*, p.eid {inside.format(table)} ORDER BY f.start", unit)

    return {
        "unit": whose,
        "themes": _read_themes(conn, whose["id"]),
        "figures": read("quantities"),
        "duties": read("responsibilities"),
        "audiences": _read_audiences(conn, whose["id"]) if is_itself else [],
        "force": _read_force(conn, whose["id"]) if is_itself else [],
        "citations": _name_targets(conn, read("citations")),
    }


def mark_facts(provision: dict[str, Any], facts: dict[str, Any]) -> None:
    """Set ``marks`` on the units of a provision's tree: the spans of facts in their own characters.

    Shape: ``[(start, end, kind, n)]``, offsets into ``own``, kind ``figure``, ``duty``, ``citation``, ``audience`` or ``force``, in order and
    apart from each other; ``n`` counts the facts of a kind from 1.
    """
    spans = []
    for kind, name in (("figure", "figures"), ("duty", "duties"), ("citation", "citations")):
        spans += [(fact["start"], fact["end"], kind, n) for n, fact in enumerate(facts[name], 1)]
    for audience in facts["audiences"]:
        spans += [(start, end, "audience", n) for n, (start, end) in enumerate(audience["spans"], 1)]
    for force in facts["force"]:
        for word in force["words"]:
            spans += [(start, end, "force", n) for n, (start, end) in enumerate(word["spans"], 1)]
    spans.sort(key=lambda span: (span[0], -span[1]))
    for unit in walk([provision]):
        marks: list[tuple[int, int, str, int]] = []
        for start, end, kind, n in spans:
            if unit["start"] <= start and end <= unit["own_end"] and (not marks or start - unit["start"] >= marks[-1][1]):
                marks.append((start - unit["start"], end - unit["start"], kind, n))
        unit["marks"] = marks


def citations_of(conn: sqlite3.Connection, document_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return what a document cites and which documents of the corpus cite it.

    Shape: ``{"cites": [{"title", "doc_number", "target" (``{"id", "title", "province"}`` or None), "places": [{"eid",
    "label"}]}], "cited_by": [{"id", "title", "province", "places": [...]}]}``. A document's mention of itself is no
    citation; each cited document is listed once, in the order of the text.
    """
    cites: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in rows(
        conn,
        """
        SELECT c.title, c.doc_number, c.target_document_id, d.title AS target_title, d.province, p.eid, p.label
        FROM citations c JOIN provisions p ON p.id = c.provision_id LEFT JOIN documents d ON d.id = c.target_document_id
        WHERE c.document_id = :id AND c.target_document_id IS NOT :id ORDER BY c.start
        """,
        {"id": document_id},
    ):
        key = (row["target_document_id"] or row["title"], None if row["target_document_id"] else row["doc_number"])
        target = {"id": row["target_document_id"], "title": row["target_title"], "province": row["province"]}
        cited = cites.setdefault(
            key,
            {
                "title": row["title"],
                "doc_number": row["doc_number"],
                "target": target if row["target_document_id"] else None,
                "places": [],
            },
        )
        _add_place(cited["places"], row)
    cited_by: dict[str, dict[str, Any]] = {}
    for row in rows(
        conn,
        """
        SELECT d.id, d.title, d.province, p.eid, p.label FROM citations c
        JOIN provisions p ON p.id = c.provision_id JOIN documents d ON d.id = c.document_id
        WHERE c.target_document_id = :id AND c.document_id != :id ORDER BY d.province_code, d.id, c.start
        """,
        {"id": document_id},
    ):
        citing = cited_by.setdefault(row["id"], {**{key: row[key] for key in ("id", "title", "province")}, "places": []})
        _add_place(citing["places"], row)
    return {"cites": list(cites.values()), "cited_by": list(cited_by.values())}


def figures_of_units(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the figures that units set, in prose and in tables, by unit; counts of what exists are left out."""
    figures: dict[str, list[dict[str, Any]]] = {}
    for row in rows(
        conn,
        """
        SELECT p.unit_id, p.eid, q.text, q.subject, q.kind, q.year, q.tentative, NULL AS indicator
        FROM provisions p JOIN quantities q ON q.provision_id = p.id
        WHERE p.unit_id IN (SELECT value FROM json_each(:ids)) AND q.kind IN ('target', 'payment', 'limit', 'frequency')
        UNION ALL
        SELECT p.unit_id, p.eid, i.value_text, i.name, 'target', i.period, 0, i.id
        FROM provisions p JOIN indicators i ON i.provision_id = p.id
        WHERE p.unit_id IN (SELECT value FROM json_each(:ids))
        """,
        {"ids": json.dumps(list(ids))},
    ):
        figures.setdefault(row.pop("unit_id"), []).append(row)
    return figures


def _add_place(places: list[dict[str, str]], row: dict[str, Any]) -> None:
    place = {"eid": row["eid"], "label": row["label"]}
    if place not in places:
        places.append(place)


def _read_themes(conn: sqlite3.Connection, unit_id: str) -> list[dict[str, Any]]:
    themes = rows(
        conn,
        """
        SELECT t.theme_id AS id, th.name, th.scope, t.score, t.origin, t.rank, t.evidence
        FROM provision_themes t JOIN themes th ON th.id = t.theme_id WHERE t.provision_id = ? ORDER BY t.rank
        """,
        [unit_id],
    )
    for theme in themes:
        theme["evidence"] = json.loads(theme["evidence"] or "[]")
    return themes


def _read_audiences(conn: sqlite3.Connection, unit_id: str) -> list[dict[str, Any]]:
    audiences = rows(
        conn,
        """
        SELECT a.id, a.name, pa.words, pa.spans FROM provision_audiences pa JOIN audiences a ON a.id = pa.audience_id
        WHERE pa.provision_id = ? ORDER BY a.rowid
        """,
        [unit_id],
    )
    for audience in audiences:
        audience["words"] = json.loads(audience["words"])
        audience["spans"] = json.loads(audience["spans"] or "[]")
    return audiences


def _read_force(conn: sqlite3.Connection, unit_id: str) -> list[dict[str, Any]]:
    """The binding words by force, the most frequent first: ``[{"force", "words": [{"word", "count", "spans"}]}]``."""
    found = rows(
        conn, "SELECT force, word, count, spans FROM provision_force WHERE provision_id = ? ORDER BY count DESC, word", [unit_id]
    )
    by_force = {
        force: [{"word": row["word"], "count": row["count"], "spans": json.loads(row["spans"] or "[]")} for row in found if row["force"] == force]
        for force in FORCES
    }
    return [{"force": force, "words": words} for force, words in by_force.items() if words]


def _name_targets(conn: sqlite3.Connection, citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = {citation["target_document_id"] for citation in citations} - {None}
    titles = {
        row["id"]: row["title"]
        for row in rows(conn, "SELECT id, title FROM documents WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(wanted))])
    }
    return [{**citation, "target_title": titles.get(citation["target_document_id"])} for citation in citations]
