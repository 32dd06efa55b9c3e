"""Make rows of a parsed version: what the tables of documents, provisions, metadata, doubts and indicators hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cn2an

from ingest.corpus import DocumentFolder, VersionFile
from ingest.index import CONTAINER_KINDS, UNIT_KINDS
from ingest.name import walk
from ingest.quote import text_of
from ingest.records import Parsed, Unit

Row = dict[str, Any]


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


def document_row(folder: DocumentFolder, parsed: Parsed, current_version: str) -> dict[str, Any]:
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


def metadata_rows(folder: DocumentFolder, version_id: str, parsed: Parsed, is_current: bool) -> Iterable[dict[str, Any]]:
    for fact in parsed.facts:
        yield {"version_id": version_id, "field": fact.field, "value": fact.value, "start": fact.start, "end": fact.end}
    if not is_current:
        return
    for name, supplied in folder.curated.items():
        value = _curated(folder, name)
        if isinstance(value, list):
            value = json.dumps(value, ensure_ascii=False)
        yield {"version_id": version_id, "field": name, "value": str(value), "reason": supplied.reason}


def indicator_rows(document_id: str, parsed: Parsed, concept: Callable[[str], str | None]) -> Iterable[dict[str, Any]]:
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
            "concept_id": concept(indicator.name),
        }


def version_row(folder: DocumentFolder, version: VersionFile, parsed: Parsed, root: Path) -> Row:
    """Return the row of one captured text; its file is named from ``root``, the folder that holds the corpus."""
    reading = parsed.reading
    return {
        "id": f"{folder.id}@v{version.number}",
        "document_id": folder.id,
        "source_file": version.path.relative_to(root).as_posix() if version.path.is_relative_to(root) else version.path.name,
        "source_sha256": reading.sha256,
        "media_type": reading.media_type,
        "encoding": reading.encoding,
        "text": reading.text,
        "captured_on": str(version.captured_on.value) if version.captured_on else None,
        "note": version.note.value if version.note else None,
    }


def noise_rows(version_id: str, parsed: Parsed) -> Iterator[Row]:
    """Yield the rows of what was removed, with its characters."""
    for noise in parsed.noise:
        text = parsed.reading.text[noise.start : noise.end]
        yield {"version_id": version_id, "start": noise.start, "end": noise.end, "text": text, "rule": noise.rule, "reason": noise.reason}


def doubt_rows(document_id: str, version_id: str, parsed: Parsed, is_current: bool) -> Iterator[Row]:
    """Yield the rows of doubts; those of an older version name no provision."""
    for doubt in parsed.doubts:
        provision = f"{document_id}__{doubt.eid}" if doubt.eid and is_current else None
        yield {
            "version_id": version_id, "provision_id": provision, "start": doubt.start, "end": doubt.end, "kind": doubt.kind,
            "message": doubt.message,
        }  # fmt: skip


def compared_rows(provisions: Sequence[Row], length: int) -> Iterator[Row]:
    """Yield what is compared of a document: clauses, articles, boxes, and paragraphs that stand loose in a part.

    These bear the part's heading. ``length`` is that of the reading text.
    """
    by_id = {row["id"]: row for row in provisions}
    for row in provisions:
        above = by_id.get(row["parent_id"], {})
        loose = row["kind"] == "paragraph" and (not above or above["kind"] in CONTAINER_KINDS)
        if row["kind"] in UNIT_KINDS or loose:
            part = above.get("heading") or ""
            yield {
                "provision_id": row["id"], "document_id": row["document_id"], "seq": row["seq"],
                "heading": row["heading"] or (part if loose else ""), "part": part,
                "place": round(row["start"] / max(length, 1), 4), "characters": sum(not c.isspace() for c in row["text"]),
            }  # fmt: skip
