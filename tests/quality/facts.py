"""How good the facts are: figures, duties, citations, audiences and force against the gold made by reading."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

GOLD = Path(__file__).parent.parent / "gold" / "facts"
KINDS = ("quantities", "quantity values", "quantity kinds", "quantity years", "duties", "duties in prose", "citations", "audiences", "must", "encourage", "explore")


def load_gold() -> dict[str, dict[str, Any]]:
    """Return the gold of each document."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(GOLD.glob("*-*-*-*.yml"))}


def evaluate_facts(conn: sqlite3.Connection) -> dict[str, tuple[float, float, int]]:
    """Return (precision, recall, number in the gold) for each kind of fact.

    A quantity is found when it overlaps the gold's quote in the same provision; its value, unit and
    operator, and its kind, are measured among those found.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for document, gold in load_gold().items():
        _count_quantities(conn, document, gold, counts)
        _compare(
            counts["duties"],
            ((e["eid"], a["printed"], a["role"]) for e in gold.get("responsibilities") or () for a in e["agencies"]),
            _rows(conn, "select p.eid, r.agency_printed, r.role from responsibilities r join provisions p on p.id = r.provision_id where r.form = 'bracket' and r.document_id = ?", document),
        )  # fmt: skip
        named = [e for e in gold.get("duties_in_prose") or () if not e.get("generic")]
        _compare(
            counts["duties in prose"],
            ((e["eid"], a["printed"]) for e in named for a in e["agencies"]),
            _rows(conn, "select p.eid, r.agency_printed from responsibilities r join provisions p on p.id = r.provision_id where r.form = 'sentence' and r.document_id = ?", document),
        )  # fmt: skip
        _compare(
            counts["citations"],
            ((e["eid"], e["title"], e.get("doc_number")) for e in gold.get("citations") or ()),
            _rows(conn, "select p.eid, c.title, c.doc_number from citations c join provisions p on p.id = c.provision_id where c.document_id = ?", document),
        )  # fmt: skip
        for entry in gold.get("audiences") or ():
            sql = "select a.name from provision_audiences x join audiences a on a.id = x.audience_id where x.provision_id = ?"
            _compare(counts["audiences"], [(g,) for g in entry["groups"]], _rows(conn, sql, f"{document}__{entry['eid']}"))
        for entry in gold.get("force") or ():
            sql = "select force, word, count from provision_force where provision_id = ?"
            found = {(force, word): n for force, word, n in _rows(conn, sql, f"{document}__{entry['eid']}")}
            for force in ("must", "encourage", "explore"):
                wanted = Counter(entry[force])
                got = Counter({word: n for (f, word), n in found.items() if f == force})
                _add(counts[force], (wanted & got).total(), (wanted - got).total(), (got - wanted).total())
    return {kind: _measure(counts[kind]) for kind in KINDS}


def _count_quantities(conn: sqlite3.Connection, document: str, gold: dict[str, Any], counts: dict[str, Counter[str]]) -> None:
    (text,) = conn.execute("select text from versions where document_id = ?", [document]).fetchone()
    spans = {eid: (start, end) for eid, start, end in conn.execute("select eid, start, own_end from provisions where document_id = ?", [document])}
    sql = "select start, end, value, unit, op, kind, year from quantities where document_id = ? order by start"
    open_ = conn.execute(sql, [document]).fetchall()
    extra = len(open_)
    for entry in gold.get("quantities") or ():
        start, end = spans[entry["eid"]]
        at = start - 1
        for _ in range(entry.get("occurrence", 1)):
            at = text.find(entry["quote"], at + 1, end)
        match = next((q for q in open_ if q[0] < at + len(entry["quote"]) and q[1] > at), None)
        if match is None:
            counts["quantities"]["missed"] += 1
            continue
        open_.remove(match)
        extra -= 1
        counts["quantities"]["hit"] += 1
        is_right = match[2:5] == (entry["value"], entry["unit"], entry["op"])
        counts["quantity values"]["hit" if is_right else "missed"] += 1
        counts["quantity kinds"]["hit" if match[5] == entry["kind"] else "missed"] += 1
        wanted = str(entry["year"]) if entry.get("year") else None
        if wanted or match[6]:
            is_same = match[6] == wanted
            _add(counts["quantity years"], is_same, bool(wanted) and not is_same, bool(match[6]) and not is_same)
    counts["quantities"]["extra"] += extra


def _rows(conn: sqlite3.Connection, sql: str, key: str) -> list[tuple]:
    return [tuple(row) for row in conn.execute(sql, [key])]


def _compare(counts: Counter[str], wanted: Iterable[tuple], found: Iterable[tuple]) -> None:
    gold, got = Counter(wanted), Counter(found)
    _add(counts, (gold & got).total(), (gold - got).total(), (got - gold).total())


def _add(counts: Counter[str], hit: int, missed: int, extra: int) -> None:
    counts["hit"] += hit
    counts["missed"] += missed
    counts["extra"] += extra


def _measure(counts: Counter[str]) -> tuple[float, float, int]:
    gold = counts["hit"] + counts["missed"]
    found = counts["hit"] + counts["extra"]
    return (
        round(counts["hit"] / found, 4) if found else 0.0,
        round(counts["hit"] / gold, 4) if gold else 0.0,
        gold,
    )
