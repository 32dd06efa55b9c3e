"""Keep the public ledger: of every version, the characters kept, recorded and removed, by which rule, and the doubts."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from query.addresses import number_of_version, write_address
from query.claims import count_claims, count_visible, settle, trace_claims
from query.database import rows
from query.export import Column
from query.memo import once
from query.original import list_rules, read_record

Row = dict[str, Any]

_CONTEXT = 24  # characters shown before and after a place
_COUNTED = ("visible", "provision", "metadata", "noise", "none", "twice")

LEDGER_COLUMNS = (
    Column("document_id", "文件编号", 30),
    Column("title", "文件", 40),
    Column("province", "地区", 10),
    Column("version", "版本", 6),
    Column("visible", "可见字符", 10),
    Column("provision", "归入条款", 10),
    Column("metadata", "记作题录", 10),
    Column("noise", "剔除", 8),
    Column("difference", "差额", 8),
    Column("removals", "剔除处数", 10),
    Column("removed_by", "剔除的规则", 40),
    Column("doubts", "存疑处数", 10),
    Column("doubts_by", "存疑的种类", 30),
    Column("supplied", "编者补充", 10),
    Column("captured_on", "采集日期", 12),
    Column("media_type", "格式", 12),
    Column("encoding", "编码", 10),
    Column("source_file", "采集的文件", 40),
    Column("sha256", "采集的文件的SHA-256", 64),
    Column("address", "台账地址", 44, is_link=True),
)
ENTRY_COLUMNS = (
    Column("n", "序号", 6),
    Column("sort", "类别", 10),
    Column("kind", "规则、种类或事项", 20),
    Column("start", "起（原文第几字）", 10),
    Column("end", "止", 10),
    Column("text", "文字", 50),
    Column("characters", "可见字符", 8),
    Column("reason", "缘由", 50),
    Column("before", "前文", 26),
    Column("after", "后文", 26),
    Column("label", "所属条款", 40),
    Column("address", "在原文中的地址", 44, is_link=True),
)
SORT_NAMES = {"removal": "剔除", "doubt": "存疑", "supplied": "编者补充"}


def read_ledger(conn: sqlite3.Connection, rule: str | None = None, kind: str | None = None) -> Row:
    """Return the ledger of all versions, newest of a document first; ``rule`` and ``kind`` keep those that have it.

    Shape: ``{"versions": [{"document_id", "title", "province", "version", "is_current", "visible", "provision",
    "metadata", "noise", "none", "twice", "difference", "is_balanced", "removals", "rules" (see ``list_rules``),
    "doubts", "kinds": [{"kind", "places"}], "supplied", "captured_on", "media_type", "encoding", "source_file",
    "sha256"}], "total" (the same counts, summed, with ``documents`` and ``versions``), "rules": [{"rule", "reason",
    "places", "characters", "versions", "example"}], "kinds": [{"kind", "places", "versions", "example"}], "put_aside":
    [{"source_file", "document_id", "message"}]}``; rules, kinds and files put aside are all, whatever is kept.
    """
    whole = once(conn, _make_ledger)
    kept = [
        row for row in whole["versions"]
        if (not rule or any(one["rule"] == rule for one in row["rules"])) and (not kind or any(one["kind"] == kind for one in row["kinds"]))
    ]  # fmt: skip
    return {**whole, "versions": kept, "total": _add_up(kept)}


def read_document_ledger(conn: sqlite3.Connection, document: Mapping[str, Any], rule: str | None = None, kind: str | None = None) -> Row:
    """Return what was removed from a document's version, what is doubted of it and what a curator supplied, in order.

    ``rule`` keeps the removals by it, ``kind`` the doubts of it. Shape: ``{"counts" (see ``count_claims``), "rules",
    "kinds", "entries": [{"n", "sort" (removal, doubt, supplied), "kind", "start", "end", "text", "characters", "reason",
    "before", "after", "eid", "label", "anchor"}], "total" (entries before they were narrowed)}``.
    """
    record = read_record(conn, document)
    text = record["text"]
    counts = count_claims(text, trace_claims(text, record["provisions"], record["facts"], record["noise"]))
    entries = [_describe(record, "removal", row["rule"], row["reason"], row, f"removed-{row['n']}") for row in record["noise"]]
    entries += [_describe(record, "doubt", row["kind"], row["message"], row, f"doubt-{row['n']}") for row in record["doubts"]]
    entries.sort(key=lambda entry: (entry["start"], entry["end"]))
    entries += [
        {"sort": "supplied", "kind": row["field"], "start": None, "end": None, "text": _print_value(row["value"]), "characters": None,
         "reason": row["reason"], "before": "", "after": "", "eid": None, "label": None, "anchor": None}
        for row in record["metadata"] if row["start"] is None
    ]  # fmt: skip
    for n, entry in enumerate(entries, 1):
        entry["n"] = n
    wanted = {("removal", rule), ("doubt", kind)}
    kept = entries if not rule and not kind else [entry for entry in entries if (entry["sort"], entry["kind"]) in wanted]
    return {"counts": counts, "rules": list_rules(record["noise"]), "kinds": _list_kinds(record["doubts"]), "entries": kept, "total": len(entries)}


def write_ledger_rows(versions: Iterable[Row], absolute: Callable[[str], str]) -> list[Row]:
    """Return the rows of a table of versions; ``absolute`` completes a path."""
    return [
        {
            **row,
            "removed_by": "；".join(f"{one['rule']}（{one['reason']}）{one['places']}处{one['characters']}字" for one in row["rules"]),
            "doubts_by": "；".join(f"{one['kind']} {one['places']}处" for one in row["kinds"]),
            "address": absolute(f"/ledger/{row['document_id']}@v{row['version']}"),
        }
        for row in versions
    ]


def write_entry_rows(document: Mapping[str, Any], entries: Iterable[Row], absolute: Callable[[str], str]) -> list[Row]:
    """Return the rows of a table of entries, characters counted from 1; ``absolute`` completes a path."""
    page = write_address(document["id"], "original", document["version"]["n"])
    return [
        {
            **entry,
            "sort": SORT_NAMES[entry["sort"]],
            "start": None if entry["start"] is None else entry["start"] + 1,
            "address": absolute(f"{page}?at={entry['anchor']}#{entry['anchor']}") if entry["anchor"] else "",
        }
        for entry in entries
    ]


def _make_ledger(conn: sqlite3.Connection) -> Row:
    # All is asked first: the time limit is the database's, and the counting takes its own.
    found = rows(
        conn,
        """
        SELECT v.id, v.document_id, d.title, d.title_supplied, d.province, v.source_file, v.source_sha256 AS sha256, v.media_type, v.encoding,
               v.captured_on, v.text, v.id = d.current_version AS is_current
        FROM versions v JOIN documents d ON d.id = v.document_id ORDER BY d.province_code, d.issued_on DESC, d.id
        """,
    )
    provisions = _by_version(conn, "SELECT version_id, start, own_end FROM provisions UNION ALL SELECT version_id, start, own_end FROM past_provisions")
    metadata = _by_version(conn, 'SELECT version_id, start, "end" FROM metadata')
    noise = _by_version(conn, 'SELECT version_id, start, "end", text, rule, reason FROM noise ORDER BY start')
    doubts = _by_version(conn, 'SELECT version_id, kind, message, start, "end" FROM doubts ORDER BY start')
    put_aside = rows(conn, "SELECT source_file, document_id, message FROM quarantine ORDER BY source_file")
    versions, rules, kinds = [], {}, {}
    for row in found:
        id_, text = row.pop("id"), row.pop("text")
        removed, doubted = noise[id_], doubts[id_]
        for one in removed:
            one["rule_n"] = 0
        made = {
            **row,
            "version": number_of_version(id_),
            **count_claims(text, trace_claims(text, provisions[id_], metadata[id_], removed)),
            "removals": len(removed),
            "rules": [{key: one[key] for key in ("rule", "reason", "places", "characters")} for one in list_rules(removed)],
            "doubts": len(doubted),
            "kinds": _list_kinds(doubted),
            "supplied": sum(one["start"] is None for one in metadata[id_]),
        }
        versions.append(made)
        for one in made["rules"]:
            sums = rules.setdefault(one["rule"], {**one, "places": 0, "characters": 0, "versions": 0, "example": ""})
            sums["places"] += one["places"]
            sums["characters"] += one["characters"]
            sums["versions"] += 1
            sums["example"] = sums["example"] or next(other["text"] for other in removed if other["rule"] == one["rule"])
        for one in made["kinds"]:
            sums = kinds.setdefault(one["kind"], {**one, "places": 0, "versions": 0})
            sums["places"] += one["places"]
            sums["versions"] += 1
    versions.sort(key=lambda row: -row["version"])
    order = {row["document_id"]: place for place, row in enumerate(found)}
    versions.sort(key=lambda row: order[row["document_id"]])

    def most_first(row: Row) -> tuple[int, str]:
        return -row["places"], row.get("rule") or row["kind"]

    return {
        "versions": versions,
        "rules": sorted(rules.values(), key=most_first),
        "kinds": sorted(kinds.values(), key=most_first),
        "put_aside": put_aside,
    }


def _add_up(versions: Iterable[Row]) -> Row:
    versions = list(versions)
    sums = {key: sum(row[key] for row in versions) for key in (*_COUNTED, "removals", "doubts", "supplied")}
    return settle({**sums, "documents": len({row["document_id"] for row in versions}), "versions": len(versions)})


def _list_kinds(doubts: Iterable[Row]) -> list[Row]:
    kinds: dict[str, Row] = {}
    for row in doubts:
        kinds.setdefault(row["kind"], {"kind": row["kind"], "places": 0, "example": row["message"]})["places"] += 1
    return list(kinds.values())


def _by_version(conn: sqlite3.Connection, sql: str) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows(conn, sql):
        grouped[row["version_id"]].append(row)
    return grouped


def _describe(record: Mapping[str, Any], sort: str, kind: str, reason: str, row: Row, anchor: str) -> Row:
    text, start, end = record["text"], row["start"], row["end"]
    unit = next((one for one in reversed(record["provisions"]) if one["start"] <= start < one["end"]), None)
    return {
        "sort": sort,
        "kind": kind,
        "start": start,
        "end": end,
        "text": text[start:end],
        "characters": count_visible(text[start:end]),
        "reason": reason,
        "before": text[max(0, start - _CONTEXT) : start],
        "after": text[end : end + _CONTEXT],
        "eid": unit["eid"] if unit else None,
        "label": unit["label"] if unit else None,
        "anchor": anchor,
    }


def _print_value(value: str) -> str:
    """A list of issuers is stored as JSON."""
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return "、".join(map(str, found)) if isinstance(found, list) else value
