"""Targets of tables compared: the same target over documents, values in base units, and what only one document has."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from query.addresses import number_of_version, write_address
from query.database import rows
from query.memo import once

MOST_COLUMNS = 12  # of documents beside each other

_UNIT_IN_NAME = re.compile(r"[(（]([^()（）]{1,12})[)）]\s*\Z")


def list_indicators(conn: sqlite3.Connection) -> dict[str, Any]:
    """Compare the targets that a curator has found to be the same.

    Shape: ``{"documents": [{"id", "title", "province", "province_code", "issued_on"}], "concepts": [...],
    "alone": [{"document": …, "indicators": [...]}]}``. A concept that at least two documents have is ``{"id", "name",
    "note", "part_of" (the concept it is a part of, or None), "units": [...], "largest" (the value that shares are of;
    None where units differ), "values": {document id: [indicator]}}``, parts after their whole. ``alone`` are all other indicators by document. An indicator has the
    columns of ``indicators``, ``printed_unit`` (under which the value is printed), ``share`` of the concept's largest
    value or None, ``address`` and ``pinned``. Made once for a database; nobody may change it.
    """
    return once(conn, _compare_indicators)


def choose_columns(conn: sqlite3.Connection, asked: Sequence[str] = (), most: int = MOST_COLUMNS) -> list[str]:
    """Return the documents that stand in the columns: those asked for, else all that are compared, else ``most`` of them.

    Of many those that have most of the compared targets; one of a province that is not there yet counts double. Of
    equals the newest, then the lesser id.
    """
    compared = list_indicators(conn)
    documents = {document["id"]: document for document in compared["documents"]}
    chosen = [id_ for id_ in asked if id_ in documents][:most]
    if chosen or len(documents) <= most:
        return chosen or list(documents)
    targets = Counter(document for concept in compared["concepts"] for document in concept["values"])
    order = sorted(documents, key=lambda id_: documents[id_]["issued_on"] or "", reverse=True)
    while len(chosen) < most:
        there = {documents[id_]["province_code"] for id_ in chosen}
        left = [id_ for id_ in order if id_ not in chosen]
        chosen.append(max(left, key=lambda id_: targets[id_] * (1 if documents[id_]["province_code"] in there else 2)))
    return chosen


def _compare_indicators(conn: sqlite3.Connection) -> dict[str, Any]:
    found = _read_indicators(conn)
    documents = {row["document_id"]: row.pop("document") for row in found}
    names = {row["id"]: row for row in rows(conn, "SELECT id, name, note FROM indicator_concepts")}
    by_concept: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in found:
        if row["concept_id"] in names:
            by_concept.setdefault(row["concept_id"], {}).setdefault(row["document_id"], []).append(row)
    shared = {concept: values for concept, values in by_concept.items() if len(values) > 1}
    concept_of = {row["id"]: row["concept_id"] for row in found}
    concepts = []
    for concept, values in shared.items():
        members = [row for some in values.values() for row in some]
        wholes = {concept_of.get(row["part_of"]) for row in members} - {None}
        whole = wholes.pop() if len(wholes) == 1 else None
        concepts.append({**names[concept], "part_of": whole if whole in shared else None, **_scale(members), "values": values})
    alone: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        if row["concept_id"] not in shared:
            alone.setdefault(row["document_id"], []).append(row)
    compared = {document_id for values in shared.values() for document_id in values}
    return {
        "documents": [documents[document_id] for document_id in documents if document_id in compared],
        "concepts": _parts_after_wholes(concepts),
        "alone": [{"document": documents[document_id], "indicators": some} for document_id, some in alone.items()],
    }


def list_indicator_rows(conn: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Yield all indicators as flat rows for a table: the compared ones first, target by target, then the others."""
    compared = list_indicators(conn)
    documents = {document["id"]: document for document in compared["documents"]}
    documents |= {entry["document"]["id"]: entry["document"] for entry in compared["alone"]}
    names = {}
    for concept in compared["concepts"]:
        names |= {row["id"]: row["name"] for some in concept["values"].values() for row in some}
    for entry in compared["alone"]:
        names |= {row["id"]: row["name"] for row in entry["indicators"]}
    for concept in compared["concepts"]:
        for some in concept["values"].values():
            for row in some:
                yield _flatten(row, documents[row["document_id"]], names, concept)
    for entry in compared["alone"]:
        for row in entry["indicators"]:
            yield _flatten(row, entry["document"], names, None)


def _flatten(
    row: dict[str, Any], document: dict[str, Any], names: dict[str, str], concept: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "concept": concept["name"] if concept else None,
        "name": row["name"],
        "part_of": names.get(row["part_of"]),
        "province": document["province"],
        "document_title": document["title"],
        "issued_on": document["issued_on"],
        "op": row["op"],
        "value": row["value"],
        "unit": row["unit"],
        "value_text": row["value_text"],
        "printed_unit": row["printed_unit"],
        "cumulative": row["cumulative"],
        "period": row["period"],
        "nature": row["nature"],
        "group_name": row["group_name"],
        "note": concept["note"] if concept else None,
        "id": row["id"],
        "pinned": row["pinned"],
    }


def _read_indicators(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    found = rows(
        conn,
        """
        SELECT i.*, p.cells, p.eid, p.version_id, d.title, d.title_supplied, d.province, d.province_code, d.issued_on
        FROM indicators i JOIN provisions p ON p.id = i.provision_id JOIN documents d ON d.id = i.document_id
        ORDER BY d.province_code, d.issued_on, d.id, i.seq
        """,
    )
    for row in found:
        document = {key: row.pop(key) for key in ("title", "title_supplied", "province", "province_code", "issued_on")}
        row["document"] = {"id": row["document_id"], **document}
        row["printed_unit"] = _read_unit(json.loads(row.pop("cells") or "[]"))
        eid, version = row.pop("eid"), number_of_version(row.pop("version_id"))
        row["address"] = write_address(row["document_id"], eid)
        row["pinned"] = write_address(row["document_id"], eid, version)
        row["share"] = None
    return found


def _read_unit(cells: list[str]) -> str | None:
    """The unit in brackets at the end of a row's name: 万人次."""
    match = _UNIT_IN_NAME.search(cells[0]) if cells else None
    return match[1] if match else None


def _scale(members: list[dict[str, Any]]) -> dict[str, Any]:
    """Set each member's share of the largest value; units that count alike (人, 人次) are drawn to one scale."""
    units = list(dict.fromkeys(row["unit"] for row in members))
    largest = max((row["value"] for row in members if row["value"] is not None), default=0)
    if largest <= 0 or (len(units) > 1 and not set(units) <= {"人", "人次"}):
        return {"units": units, "largest": None}
    for row in members:
        row["share"] = round(row["value"] / largest, 4) if row["value"] is not None else None
    return {"units": units, "largest": largest}


def _parts_after_wholes(concepts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that most documents have first, each followed by its parts."""
    concepts = sorted(concepts, key=lambda concept: -len(concept["values"]))
    ordered: list[dict[str, Any]] = []

    def add(whole: str | None) -> None:
        for concept in concepts:
            if concept["part_of"] == whole and concept not in ordered:
                ordered.append(concept)
                add(concept["id"])

    add(None)
    return ordered + [concept for concept in concepts if concept not in ordered]
