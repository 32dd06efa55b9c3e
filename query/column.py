"""Read one column of a comparison: a provision's text, where its units stand in it, and what is known of it."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from query.addresses import write_address
from query.database import one, rows
from query.documents import describe_document
from query.facts import CONTAINERS, facts_of
from query.layout import unbreak
from query.provisions import label_shortly

Span = tuple[int, int]

_LINE = re.compile(r"\n\s*")


@dataclass(frozen=True)
class Column:
    """A provision to be set beside others.

    ``about`` is what the comparison says of it; ``breaks`` are the offsets in ``text`` where its units begin,
    ``numbers`` the spans of their printed numbers; ``places`` are the offsets in the version's text of the characters
    of ``text`` that are no white space, ``solid`` the offsets of the same characters in ``text``.
    """

    about: dict[str, Any]
    heading: str | None
    text: str
    breaks: tuple[int, ...] | None  # None: not known
    numbers: tuple[Span, ...]
    units: tuple[str, ...]  # ids of the clauses, boxes and loose paragraphs that hold its facts
    members: tuple[str, ...]  # ids of all its units
    places: tuple[int, ...]
    solid: tuple[int, ...]

    def locate(self, start: int, end: int) -> Span | None:
        """Return the span in ``text`` of one in the version's text; None where that is not of the column."""
        first, after = bisect_left(self.places, start), bisect_left(self.places, end)
        if first == after:
            return None
        return self.solid[first], self.solid[after - 1] + 1


def read_column(conn: sqlite3.Connection, document_id: str, eid: str, version: int | None = None) -> Column | None:
    """Return the column of a provision; None when there is none by that address.

    Boxes that merely stand inside are not of its text; ``about["boxes"]`` lists them.
    """
    document = describe_document(conn, document_id, version)
    if document is None:
        return None
    version_id, n = document["version"]["id"], document["version"]["n"]
    sql = "SELECT id, eid, kind, heading, label, text FROM provisions WHERE id = ? AND version_id = ?"
    found = one(conn, sql, [f"{document_id}__{eid}", version_id])
    if found is None:
        return None
    units, boxes = _read_units(conn, found["id"])
    places = _read_places(conn, version_id, units)
    solid = tuple(offset for offset, character in enumerate(found["text"]) if not character.isspace())
    if len(places) != len(solid):  # should not be; the text is whole all the same, its facts have no place then
        places = solid = ()
    starts = [(bisect_left(places, unit["start"]), unit) for unit in units]
    about = {
        "p": f"{document_id}{f'@v{n}' if version else ''}/{eid}",
        "provision_id": found["id"],
        "document_id": document_id,
        "eid": eid,
        "kind": found["kind"],
        "province_code": document["province_code"],
        "province": document["province"],
        "document": {key: document[key] for key in ("id", "title", "title_supplied", "doc_number", "issuers", "issued_on", "published_on", "repost")},
        "date": document["issued_on"] or document["published_on"],
        "version": n,
        "label": unbreak(found["label"] or eid),
        "short": label_shortly(found),
        "address": write_address(document_id, eid, version),
        "pinned": write_address(document_id, eid, n),
        "text": found["text"],
        "boxes": [
            {"eid": box["eid"], "label": label_shortly(box), "p": f"{document_id}{f'@v{n}' if version else ''}/{box['eid']}",
             "address": write_address(document_id, box["eid"], version)}
            for box in boxes
        ],
    }  # fmt: skip
    breaks = {solid[at] for at, _ in starts if at < len(solid)}
    for at, unit in starts:
        if unit["kind"] == "box" and at < len(solid):  # its title and the heads of its table are a line each
            end = solid[bisect_left(places, unit["own_end"]) - 1]
            breaks |= {match.end() for match in _LINE.finditer(found["text"], solid[at], end)}
    holders = [unit for unit in units if unit["kind"] not in CONTAINERS]
    return Column(
        about=about,
        heading=found["heading"],
        text=found["text"],
        breaks=tuple(sorted(breaks)) or None,
        numbers=tuple(span for at, unit in starts if at < len(solid) and (span := _find_number(found["text"], solid[at], unit))),
        units=tuple(dict.fromkeys(unit["unit_id"] for unit in holders)),
        members=tuple(unit["id"] for unit in units),
        places=places,
        solid=solid,
    )


def facts_in(conn: sqlite3.Connection, column: Column) -> dict[str, list[dict[str, Any]]]:
    """Return the facts that stand in a column's own words, each with its span in the column's text.

    Shape: ``{"figures": [...], "duties": [...], "force": [{"force", "word", "spans"}], "indicators": [...]}``; the
    rows are those of the tables, with ``span`` (of an indicator the span of its row).
    """
    figures, duties, force = [], [], []
    for unit_id in column.units:
        facts = facts_of(conn, unit_id)
        for kept, found in ((figures, facts["figures"]), (duties, facts["duties"])):
            kept += [{**fact, "span": span} for fact in found if (span := column.locate(fact["start"], fact["end"]))]
        for group in facts["force"]:
            for word in group["words"]:
                spans = [span for place in word["spans"] if (span := column.locate(*place))]
                if spans:
                    force.append({"force": group["force"], "word": word["word"], "spans": spans})
    marks = ", ".join("?" * len(column.members))
    indicators = rows(
        conn,
        f"""
        SELECT i.*, p.start, p.end FROM indicators i JOIN provisions p ON p.id = i.provision_id
        WHERE i.provision_id IN ({marks}) ORDER BY i.seq
        """,
        column.members,
    )
    indicators = [{**row, "span": column.locate(row["start"], row["end"])} for row in indicators]
    return {"figures": figures, "duties": duties, "force": force, "indicators": indicators}


def _read_units(conn: sqlite3.Connection, provision_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The units of a provision in order, and the boxes that stand in it (and are none of its units)."""
    units = rows(
        conn,
        """
        WITH RECURSIVE below(id, kind) AS (
            SELECT id, 'root' FROM provisions WHERE id = ?
            UNION ALL SELECT p.id, p.kind FROM provisions p JOIN below ON p.parent_id = below.id WHERE below.kind != 'box'
        )
        SELECT p.id, p.eid, below.kind AS role, p.kind, p.number, p.label, p.start, p.own_end, p.unit_id
        FROM provisions p JOIN below ON below.id = p.id ORDER BY p.seq
        """,
        [provision_id],
    )
    return [unit for unit in units if unit["role"] != "box"], [unit for unit in units if unit["role"] == "box"]


def _read_places(conn: sqlite3.Connection, version_id: str, units: list[dict[str, Any]]) -> tuple[int, ...]:
    """The offsets in the version's text of the units' own characters, without white space and noise."""
    start, end = min(unit["start"] for unit in units), max(unit["own_end"] for unit in units)
    text = one(conn, "SELECT substr(text, ?, ?) AS text FROM versions WHERE id = ?", [start + 1, end - start, version_id])["text"]
    noise = {
        place
        for row in rows(conn, 'SELECT start, "end" FROM noise WHERE version_id = ? AND start < ? AND "end" > ?', [version_id, end, start])
        for place in range(row["start"], row["end"])
    }
    return tuple(
        place
        for unit in units
        for place in range(unit["start"], unit["own_end"])
        if place not in noise and not text[place - start].isspace()
    )


def _find_number(text: str, at: int, unit: dict[str, Any]) -> Span | None:
    """The span of a unit's printed number with the sign that closes it."""
    number = unit["number"]
    if not number or not text.startswith(number, at):
        return None
    end = at + len(number)
    while end < len(text) and (text[end].isspace() or text[end] in "、.．:："):
        end += 1
    return at, end
