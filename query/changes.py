"""What changed between the versions of a document, and what became of one provision from version to version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from align.redline import redline
from align.succeed import ADDED, CHANGED, MOVED, REMOVED, SAME, Passage, lay_out, passages
from query.database import one, rows
from query.documents import describe_document
from query.layout import unbreak
from query.relate import load_meaning

CHANGES = (CHANGED, ADDED, REMOVED, MOVED, SAME)
#: A longer unit is shown as struck out and put in anew: words are compared in time that grows with the square.
MOST_COMPARED = 6000


def read_changes(conn: sqlite3.Connection, document_id: str, start: int | None = None, end: int | None = None) -> dict[str, Any] | None:
    """Return what changed from one version to another, by default from the last but one to the newest.

    Shape: ``{"document" (see ``describe_document``), "from", "to" (rows of versions), "counts" (by change), "units":
    [{"change", "old", "new", "pieces"}]}``, units in the order of the newer text. ``old`` and ``new`` are ``{"eid",
    "kind", "number", "label", "words"}`` or None: own words, without those of what stands below. ``pieces`` are
    (words, ``same``, ``deleted`` or ``inserted``) of changed units, else empty. ``change`` is ``same``, ``moved``
    (the same words at another place), ``changed``, ``added`` or ``removed``. ``units`` is empty and ``from`` None where
    there is one version only. None when there is no such document or version. The earlier version comes first
    whichever way they are asked for.
    """
    document = describe_document(conn, document_id)
    if document is None:
        return None
    versions = {row["n"]: row for row in document["versions"]}
    numbers = sorted(versions)
    end = end if end is not None else numbers[-1] if start != numbers[-1] else None
    if end is None:
        end, start = start, None
    if start is None:
        earlier = [n for n in numbers if n < end]
        start = earlier[-1] if earlier else None
    if end not in versions or start is not None and start not in versions:
        return None
    if start is None or start == end:
        return {"document": document, "from": None, "to": versions[end], "counts": {}, "units": []}
    start, end = sorted((start, end))
    old, old_text = _read_units(conn, versions[start], document)
    new, new_text = _read_units(conn, versions[end], document)
    before, after = passages(old.values(), old_text), passages(new.values(), new_text)
    pairs = _pair_again(before, after, _compose(conn, document_id, numbers, start, end))
    cut = load_meaning(conn).cut
    units = []
    for found in lay_out(before, after, pairs):
        was = _show(old.get(found.old or ""), old_text)
        became = _show(new.get(found.new or ""), new_text)
        pieces: list[tuple[str, str]] = []
        if found.change == CHANGED:
            if max(len(was["words"]), len(became["words"])) > MOST_COMPARED:
                pieces = redline([was["words"]], [became["words"]])
            else:
                pieces = redline(cut.split(was["words"]), cut.split(became["words"]))
        units.append({"change": found.change, "old": was, "new": became, "pieces": pieces})
    counts = {change: sum(unit["change"] == change for unit in units) for change in CHANGES}
    return {"document": document, "from": versions[start], "to": versions[end], "counts": counts, "units": units}


def trace(conn: sqlite3.Connection, document: Mapping[str, Any], eid: str) -> list[dict[str, Any]]:
    """Return what a provision of a document's shown version was and became: the newest version first.

    Shape: ``[{"n", "captured_on", "eid", "label", "change", "at", "reads"}]``; ``eid`` is None for versions that have no
    such provision; ``change`` is what it became compared with the version before (None in the first, ``added``,
    ``removed``); ``changed`` also where only something below it changed, and ``at`` is the first unit that did, by the
    eid that it has here (None where it has none). ``reads`` is what the same address named
    in a version in which the provision stood elsewhere (its label, or None). Empty when there is one version.
    """
    versions = document["versions"]
    if len(versions) < 2:
        return []
    shown = document["version"]["n"]
    found = rows(conn, "SELECT * FROM successions WHERE document_id = ? ORDER BY from_version, seq", [document["id"]])
    steps: dict[int, list[dict[str, Any]]] = {}
    for row in found:
        steps.setdefault(row["from_version"], []).append(row)
    eids: dict[int, str | None] = {shown: eid}
    numbers = [row["n"] for row in versions]
    for earlier, later in reversed(list(zip(numbers, numbers[1:]))):
        if later <= shown:
            eids[earlier] = next((row["old_eid"] for row in steps.get(earlier, []) if row["new_eid"] == eids[later] and eids[later]), None)
    for earlier, later in zip(numbers, numbers[1:]):
        if earlier >= shown:
            eids[later] = next((row["new_eid"] for row in steps.get(earlier, []) if row["old_eid"] == eids[earlier] and eids[earlier]), None)
    history = []
    for place, row in enumerate(versions):
        n = row["n"]
        before = numbers[place - 1] if place else 0
        history.append({
            "n": n,
            "captured_on": row["captured_on"],
            "eid": eids[n],
            "label": _label(conn, document, n, eids[n]),
            **dict(zip(("change", "at"), _tell_change(steps.get(before, []), eids.get(before), eids[n]))),
            "reads": _label(conn, document, n, eid) if eids[n] != eid else None,
        })  # fmt: skip
    return history[::-1]


def _tell_change(steps: list[dict[str, Any]], old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """What a unit became in the next version, and the first unit of it whose words changed."""
    if not steps:
        return None, None
    if old is None or new is None:
        return ADDED if new else REMOVED if old else None, new
    own = next(row["change"] for row in steps if row["old_eid"] == old and row["new_eid"] == new)
    if own == CHANGED:
        return own, new
    for row in steps:
        was_below = (row["old_eid"] or "").startswith(f"{old}__")
        is_below = (row["new_eid"] or "").startswith(f"{new}__")
        if (was_below or is_below) and (row["change"] not in (SAME, MOVED) or was_below != is_below):
            return CHANGED, row["new_eid"]
    return own, None


def _label(conn: sqlite3.Connection, document: Mapping[str, Any], n: int, eid: str | None) -> str | None:
    if eid is None:
        return None
    version_id = f"{document['id']}@v{n}"
    if version_id == document["current_version"]:
        found = one(conn, "SELECT label FROM provisions WHERE id = ?", [f"{document['id']}__{eid}"])
    else:
        found = one(conn, "SELECT label FROM past_provisions WHERE id = ?", [f"{version_id}__{eid}"])
    return unbreak(found["label"]) if found else None


def _read_units(conn: sqlite3.Connection, version: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[dict[str, dict], str]:
    table = "provisions" if version["id"] == document["current_version"] else "past_provisions"
    sql = f"SELECT id, eid, kind, parent_id, number, label, start, own_end, cells FROM {table} WHERE document_id = ? AND version_id = ? ORDER BY seq"
    text = one(conn, "SELECT text FROM versions WHERE id = ?", [version["id"]])["text"]
    return {row["eid"]: row for row in rows(conn, sql, [document["id"], version["id"]])}, text


def _compose(conn: sqlite3.Connection, document_id: str, numbers: list[int], start: int, end: int) -> dict[str, str]:
    """Return the eid that each unit of a version has in a later one, over those between."""
    pairs: dict[str, str] | None = None
    for number in numbers:
        if start <= number < end:
            sql = "SELECT old_eid, new_eid FROM successions WHERE document_id = ? AND from_version = ? AND old_eid NOT NULL AND new_eid NOT NULL"
            step = {row["old_eid"]: row["new_eid"] for row in rows(conn, sql, [document_id, number])}
            pairs = step if pairs is None else {old: step[new] for old, new in pairs.items() if new in step}
    return pairs or {}


def _pair_again(old: list[Passage], new: list[Passage], pairs: dict[str, str]) -> dict[str, str]:
    """Pair what was taken out by one version and put back by a later one in the same words."""
    taken = set(pairs.values())
    waiting = {(unit.kind, unit.words): unit.eid for unit in new if unit.eid not in taken and unit.words}
    again = {}
    for unit in old:
        if unit.eid not in pairs and (unit.kind, unit.words) in waiting:
            again[unit.eid] = waiting.pop((unit.kind, unit.words))
    return {**pairs, **again}


def _show(unit: Mapping[str, Any] | None, text: str) -> dict[str, Any] | None:
    if unit is None:
        return None
    words = unbreak(text[unit["start"] : unit["own_end"]].strip())
    if unit["kind"] == "row" and unit["cells"]:
        words = " ｜ ".join(unbreak(cell) for cell in json.loads(unit["cells"]))
    return {"eid": unit["eid"], "kind": unit["kind"], "number": unit["number"], "label": unbreak(unit["label"]), "words": words}
