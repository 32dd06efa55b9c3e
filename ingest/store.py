"""Store parsed versions in a database: records in, tables out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cn2an
import sqlite_utils

from ingest.align import INDEXES as ALIGNMENT_INDEXES
from ingest.align import create_alignment_schema
from ingest.quote import text_of
from ingest.corpus import DocumentFolder
from ingest.facts import INDEXES as FACT_INDEXES
from ingest.facts import TABLES as FACT_TABLES
from ingest.facts import FactStore, create_fact_schema
from ingest.index import CONTAINER_KINDS, UNIT_KINDS, Indexer, create_search_schema
from ingest.name import walk
from ingest.publish import Published, iterate_successions
from ingest.records import Parsed, Unit
from ingest.reuse import INDEXES as REUSE_INDEXES
from ingest.reuse import create_reuse_schema
from ingest.vocabulary import Vocabulary

_PROVISION = dict(
    id=str, document_id=str, version_id=str, parent_id=str, eid=str, kind=str, number=str, num=int,
    number_inferred=int, heading=str, text=str, label=str, depth=int, seq=int, start=int, own_end=int, end=int,
    sha256=str, cells=str, group_name=str, unit_id=str,
)  # fmt: skip
TABLES: dict[str, dict[str, Any]] = {
    "documents": dict(
        id=str, province_code=str, province=str, title=str, title_supplied=int, doc_number=str, doc_type=str,
        issuers=str, issued_on=str, published_on=str, period_start=int, period_end=int, source_url=str,
        current_version=str, withdrawn_on=str, withdrawn_reason=str,
    ),
    "versions": dict(
        id=str, document_id=str, source_file=str, source_sha256=str, media_type=str, encoding=str, text=str,
        captured_on=str, note=str,
    ),
    "provisions": _PROVISION,
    "past_provisions": _PROVISION,
    "aliases": dict(old_id=str, new_id=str, since=str),
    "retired": dict(
        id=str, document_id=str, version_id=str, eid=str, kind=str, since=str, reason=str, start=int, end=int, text=str,
    ),
    "successions": dict(
        document_id=str, from_version=int, to_version=int, old_eid=str, new_eid=str, change=str, seq=int,
    ),
    "metadata": dict(id=int, version_id=str, field=str, value=str, start=int, end=int, reason=str),
    "noise": dict(id=int, version_id=str, start=int, end=int, text=str, rule=str, reason=str),
    "doubts": dict(id=int, version_id=str, provision_id=str, start=int, end=int, kind=str, message=str),
    "indicators": dict(
        id=str, document_id=str, provision_id=str, box_id=str, group_name=str, name=str, part_of=str, value=float,
        value_text=str, unit=str, op=str, cumulative=int, period=str, nature=str, seq=int, concept_id=str,
    ),
    "build": dict(key=str, value=str),
}
_PK = {"build": "key", "aliases": "old_id", "successions": ("document_id", "from_version", "seq")}
_FOREIGN = {
    "versions": [("document_id", "documents", "id")],
    "provisions": [("document_id", "documents", "id"), ("version_id", "versions", "id"), ("parent_id", "provisions", "id")],
    "past_provisions": [
        ("document_id", "documents", "id"), ("version_id", "versions", "id"), ("parent_id", "past_provisions", "id"),
    ],
    "retired": [("document_id", "documents", "id"), ("version_id", "versions", "id")],
    "successions": [("document_id", "documents", "id")],
    "metadata": [("version_id", "versions", "id")],
    "noise": [("version_id", "versions", "id")],
    "doubts": [("version_id", "versions", "id"), ("provision_id", "provisions", "id")],
    "indicators": [
        ("document_id", "documents", "id"), ("provision_id", "provisions", "id"), ("box_id", "provisions", "id"),
        ("part_of", "indicators", "id"),
    ],
}  # fmt: skip
_INDEXES = {
    "provisions": [["document_id", "seq"], ["document_id", "kind"], ["parent_id"], ["kind"], ["unit_id"], ["document_id", "eid"]],
    "past_provisions": [["version_id", "seq"], ["version_id", "eid"], ["parent_id"]],
    "aliases": [["new_id"]],
    "retired": [["document_id"]],
    "versions": [["document_id"]],
    "metadata": [["version_id"]],
    "noise": [["version_id"]],
    "doubts": [["version_id"], ["provision_id"]],
    "indicators": [["document_id"], ["box_id"]],
    "search_units": [["document_id"], ["provision_id"]],
}
_VIEW = """
    select p.id, p.document_id, d.title as document_title, d.province, d.issued_on, p.eid, p.number, p.num,
           p.heading, p.text, p.label, p.seq, p.parent_id
    from provisions p join documents d on d.id = p.document_id where p.kind = '{kind}'
"""


def create_schema(db: sqlite_utils.Database, vocabulary: Vocabulary = Vocabulary((), ())) -> None:
    """Create the tables and views of the contract; only the vocabularies have rows yet."""
    for name, columns in TABLES.items():
        db[name].create(columns, pk=_PK.get(name, "id"), foreign_keys=_FOREIGN.get(name, ()))
    db.create_view("clauses", _VIEW.format(kind="clause"))
    db.create_view("boxes", _VIEW.format(kind="box"))
    create_fact_schema(db, vocabulary)
    create_search_schema(db)
    create_reuse_schema(db)
    create_alignment_schema(db)


def store_document(
    db: sqlite_utils.Database,
    indexer: Indexer,
    facts: FactStore,
    folder: DocumentFolder,
    parsed: list[Parsed],
    root: Path,
) -> None:
    """Store a document with all its versions; provisions, facts and search units are the current version's.

    Provisions of older versions go to ``past_provisions``, under ids that begin with the version's.
    """
    current = parsed[-1]
    versions = [f"{folder.id}@v{version.number}" for version in folder.versions]
    document = _document_row(folder, current, versions[-1])
    db["documents"].insert(document)
    db["versions"].insert_all(
        {
            "id": version_id,
            "document_id": folder.id,
            "source_file": version.path.relative_to(root).as_posix() if version.path.is_relative_to(root) else version.path.name,
            "source_sha256": one.reading.sha256,
            "media_type": one.reading.media_type,
            "encoding": one.reading.encoding,
            "text": one.reading.text,
            "captured_on": str(version.captured_on.value) if version.captured_on else None,
            "note": version.note.value if version.note else None,
        }
        for version_id, version, one in zip(versions, folder.versions, parsed)
    )
    rows = list(provision_rows(folder.id, versions[-1], current))
    db["provisions"].insert_all(rows)
    unit_facets = facts.add_document(folder.id, current, rows)
    indexer.add_document(db["documents"].count, document, rows, unit_facets)
    for version_id, one in zip(versions[:-1], parsed[:-1]):
        db["past_provisions"].insert_all(provision_rows(folder.id, version_id, one, owner=version_id))
    for version_id, one in zip(versions, parsed):
        db["metadata"].insert_all(_metadata_rows(folder, version_id, one, is_current=one is current))
        db["noise"].insert_all(
            {"version_id": version_id, "start": n.start, "end": n.end, "text": one.reading.text[n.start : n.end],
             "rule": n.rule, "reason": n.reason}
            for n in one.noise
        )  # fmt: skip
        db["doubts"].insert_all(
            {"version_id": version_id, "provision_id": f"{folder.id}__{d.eid}" if d.eid and one is current else None,
             "start": d.start, "end": d.end, "kind": d.kind, "message": d.message}
            for d in one.doubts
        )  # fmt: skip
    db["indicators"].insert_all(_indicator_rows(folder.id, current, facts))


def finish(db: sqlite_utils.Database, facts: dict[str, Any]) -> None:
    """Write the build's facts, the indexes, and what the query planner needs."""
    counts = {f"count_{name}": db[name].count for name in (*TABLES, *FACT_TABLES) if name != "build"}
    db["build"].insert_all({"key": k, "value": str(v)} for k, v in sorted({**facts, **counts}.items()))
    for table, indexes in {**_INDEXES, **FACT_INDEXES, **ALIGNMENT_INDEXES, **REUSE_INDEXES}.items():
        for columns in indexes:
            db[table].create_index(columns)
    for index in ("search_index", "search_headings"):
        db.execute(f"insert into {index}({index}) values ('optimize')")
    db.analyze()


def store_published(db: sqlite_utils.Database, document_id: str, published: Published) -> None:
    """Store what a document's old addresses answer, and what its provisions became from version to version."""
    db["aliases"].insert_all(published.aliases)
    db["retired"].insert_all(published.retired)
    db["successions"].insert_all(iterate_successions(document_id, published))


def provision_rows(document_id: str, version_id: str, parsed: Parsed, owner: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of provisions in the order of the text.

    Ids begin with ``owner``: the document's id by default, the version's for versions that are not current.
    """
    owner = owner or document_id
    noise = tuple((n.start, n.end) for n in parsed.noise)
    labels: dict[str, str] = {}
    search_units: dict[str, str] = {}
    for seq, (unit, depth, parent) in enumerate(walk(parsed.units)):
        text = text_of(parsed.reading.text, unit, noise)
        above = labels.get(parent.eid, "") if parent else ""
        labels[unit.eid] = " › ".join(filter(None, (above, _name(unit))))
        # Search shows the nearest clause, article or box; above these, the outermost unit that is no
        # container; a container (a part) stands for its heading alone, since what it holds is shown itself.
        starts_one = unit.kind in UNIT_KINDS or parent is None or parent.kind in CONTAINER_KINDS
        search_units[unit.eid] = unit.eid if starts_one else search_units[parent.eid]
        yield {
            "id": f"{owner}__{unit.eid}",
            "document_id": document_id,
            "version_id": version_id,
            "parent_id": f"{owner}__{parent.eid}" if parent else None,
            "eid": unit.eid,
            "kind": unit.kind,
            "number": unit.number,
            "num": unit.num,
            "number_inferred": int(unit.number_inferred),
            "heading": unit.heading,
            "text": text,
            "label": labels[unit.eid],
            "depth": depth,
            "seq": seq,
            "start": unit.start,
            "own_end": unit.own_end,
            "end": unit.end,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "cells": json.dumps(unit.cells, ensure_ascii=False) if unit.cells else None,
            "group_name": unit.group_name,
            "unit_id": f"{owner}__{search_units[unit.eid]}",
        }


def _name(unit: Unit) -> str:
    """A unit's own step in a label."""
    if unit.kind == "row":
        return unit.cells[0]
    if unit.kind == "paragraph":
        return f"第{unit.eid.rsplit('_', 1)[1]}段"
    number = unit.number or ""
    if unit.number_inferred:
        number = f"［{cn2an.an2cn(unit.num)}、］" if unit.kind == "part" else f"［{unit.num}］"
    if unit.heading is None and unit.kind == "goal":
        return f"{number}目标{unit.eid.rsplit('_', 1)[1]}"
    if unit.kind == "note":
        return "注"
    if unit.kind == "box":
        return f"{number} {unit.heading or ''}".strip()
    return f"{number}{unit.heading or ''}" or unit.kind


def _document_row(folder: DocumentFolder, parsed: Parsed, current_version: str) -> dict[str, Any]:
    first: dict[str, str] = {}
    for fact in parsed.facts:
        first.setdefault(fact.field, fact.value)

    def value(name: str) -> Any:
        return _curated(folder, name) if name in folder.curated else first.get(name)

    issuers = _curated(folder, "issuers") or list(dict.fromkeys(f.value for f in parsed.facts if f.field == "issuer"))
    title = value("title") or first.get("notice_title")
    return {
        "id": folder.id,
        "province_code": folder.province_code,
        "province": folder.province,
        "title": title or folder.id,
        "title_supplied": int("title" in folder.curated and "title" not in first or not title),
        "doc_number": value("doc_number"),
        "doc_type": value("doc_type"),
        "issuers": json.dumps(issuers, ensure_ascii=False),
        "issued_on": value("issued_on"),
        "published_on": value("published_on"),
        "period_start": value("period_start"),
        "period_end": value("period_end"),
        "source_url": value("source_url"),
        "current_version": current_version,
        "withdrawn_on": _curated(folder, "withdrawn_on"),
        "withdrawn_reason": _curated(folder, "withdrawn_reason") or _reason_withdrawn(folder),
    }


def _reason_withdrawn(folder: DocumentFolder) -> str | None:
    supplied = folder.curated.get("withdrawn_on")
    return supplied.reason if supplied else None


def _curated(folder: DocumentFolder, name: str) -> Any:
    supplied = folder.curated.get(name)
    if supplied is None:
        return None
    return supplied.value if isinstance(supplied.value, (int, list)) else str(supplied.value)


def _metadata_rows(folder: DocumentFolder, version_id: str, parsed: Parsed, is_current: bool) -> Iterable[dict[str, Any]]:
    for fact in parsed.facts:
        yield {"version_id": version_id, "field": fact.field, "value": fact.value, "start": fact.start, "end": fact.end}
    if not is_current:
        return
    for name, supplied in folder.curated.items():
        value = _curated(folder, name)
        if isinstance(value, list):
            value = json.dumps(value, ensure_ascii=False)
        yield {"version_id": version_id, "field": name, "value": str(value), "reason": supplied.reason}


def _indicator_rows(document_id: str, parsed: Parsed, facts: FactStore) -> Iterable[dict[str, Any]]:
    for indicator in parsed.indicators:
        yield {
            "id": f"{document_id}__{indicator.eid}",
            "document_id": document_id,
            "provision_id": f"{document_id}__{indicator.eid}",
            "box_id": f"{document_id}__{indicator.box_eid}",
            "group_name": indicator.group_name,
            "name": indicator.name,
            "part_of": f"{document_id}__{indicator.part_of}" if indicator.part_of else None,
            "value": indicator.value,
            "value_text": indicator.value_text,
            "unit": indicator.unit,
            "op": indicator.op,
            "cumulative": None if indicator.cumulative is None else int(indicator.cumulative),
            "period": indicator.period,
            "nature": indicator.nature,
            "seq": indicator.seq,
            "concept_id": facts.concept(indicator.name),
        }


def connect(path: Path) -> sqlite_utils.Database:
    """Open a database for writing a build."""
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    return sqlite_utils.Database(connection)
