"""Show a version's reading text in full, line by line: whose each character is, what was removed and why, what is doubted."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from query.claims import Claim, count_claims, count_visible, trace_claims
from query.database import one, rows
from query.documents import table_of
from query.unseen import split_unseen

Row = dict[str, Any]

#: Characters on one page, at most; a page ends with a line where it can. Of Han characters that no dictionary helps
#: with, so many are some 80 kB when zipped.
LONGEST_PAGE = 40_000


def read_original(conn: sqlite3.Connection, document: Mapping[str, Any], page: int | None = None, at: str | None = None) -> dict[str, Any]:
    """Return a page of the original of a document as ``describe_document`` gives it.

    ``at`` names a place that the page must show: a provision's eid, ``removed-3`` (the third removal), ``doubt-1``.
    Shape: ``{"lines" (see ``write_lines``), "page", "pages", "first", "last" (characters, from 1), "length", "counts"
    (of the whole text, see ``count_claims``), "rules": [{"n", "rule", "reason", "places", "characters"}], "doubts",
    "supplied" (facts that the text does not say), "at": {"name", "label"} or None, "is_at_missing"}``.
    """
    record = read_record(conn, document)
    text, noise, doubts = record["text"], record["noise"], record["doubts"]
    claims = trace_claims(text, record["provisions"], record["facts"], noise)
    pages = cut_pages(text)
    place = find_place(record, at) if at else None
    if place:
        number = bisect_right(pages, place["start"]) if text else 1
    else:
        number = min(max(page or 1, 1), len(pages))
    start, end = pages[number - 1], [*pages[1:], len(text)][number - 1]
    return {
        "lines": write_lines(text, start, end, claims, record, place),
        "page": number,
        "pages": len(pages),
        "first": start + 1,
        "last": end,
        "length": len(text),
        "counts": count_claims(text, claims),
        "rules": list_rules(noise),
        "doubts": doubts,
        "supplied": [row for row in record["metadata"] if row["start"] is None],
        "at": {"name": at, "label": place["label"], "eid": place["eid"]} if place else None,
        "is_at_missing": bool(at) and place is None,
    }


def read_record(conn: sqlite3.Connection, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the tables say of the characters of a document's version.

    Shape: ``{"text", "provisions", "metadata", "facts" (those with a place), "noise", "doubts"}``, rows in order of the
    text; noise and doubts with ``n``, counted from 1, noise with ``rule_n``, the number of its rule, and ``is_first``
    of its rule.
    """
    version_id = document["version"]["id"]
    of_version = [version_id]
    metadata = rows(conn, 'SELECT id, field, value, start, "end", reason FROM metadata WHERE version_id = ? ORDER BY id', of_version)
    noise = rows(conn, 'SELECT start, "end", text, rule, reason FROM noise WHERE version_id = ? ORDER BY start, "end"', of_version)
    doubts = rows(
        conn, 'SELECT start, "end", kind, message, provision_id FROM doubts WHERE version_id = ? ORDER BY start, "end", id', of_version
    )
    numbers: dict[str, int] = {}
    for n, row in enumerate(noise, 1):
        is_first = row["rule"] not in numbers
        row.update(n=n, rule_n=numbers.setdefault(row["rule"], len(numbers) + 1), is_first=is_first)
    for n, row in enumerate(doubts, 1):
        row["n"] = n
    return {
        "text": one(conn, "SELECT text FROM versions WHERE id = ?", of_version)["text"],
        "provisions": rows(
            conn,
            f"""
            SELECT eid, kind, number, heading, label, start, own_end, "end" FROM {table_of(document)}
            WHERE document_id = ? AND version_id = ? ORDER BY seq
            """,
            [document["id"], version_id],
        ),
        "metadata": metadata,
        "facts": [row for row in metadata if row["start"] is not None and row["end"] is not None],
        "noise": noise,
        "doubts": doubts,
    }


def list_rules(noise: Iterable[Row]) -> list[Row]:
    """List the rules that removed something, in order of their numbers, with places and visible characters."""
    rules: dict[str, Row] = {}
    for row in noise:
        rule = rules.setdefault(row["rule"], {"n": row["rule_n"], "rule": row["rule"], "reason": row["reason"], "places": 0, "characters": 0})
        rule["places"] += 1
        rule["characters"] += count_visible(row["text"])
    return list(rules.values())


def cut_pages(text: str, most: int = LONGEST_PAGE) -> list[int]:
    """Return where the pages of a text begin: each after a line's end, or within a line that is longer than a page."""
    starts = [0]
    while len(text) - starts[-1] > most:
        start = starts[-1]
        end = text.rfind("\n", start, start + most) + 1
        starts.append(end if end > start else start + most)
    return starts


def find_place(record: Mapping[str, Any], name: str) -> Row | None:
    """Return start, end, label and eid of what an anchor of the page names; None when there is nothing by that name."""
    for row in record["provisions"]:
        if row["eid"] == name:
            return {"start": row["start"], "end": row["end"], "label": row["label"], "eid": row["eid"]}
    for list_, word in (("noise", "removed"), ("doubts", "doubt")):
        for row in record[list_]:
            if f"{word}-{row['n']}" == name:
                label = f"剔除的第 {row['n']} 处" if word == "removed" else f"存疑的第 {row['n']} 处"
                return {"start": row["start"], "end": row["end"], "label": label, "eid": None}
    return None


def write_lines(
    text: str, start: int, end: int, claims: Sequence[Claim], record: Mapping[str, Any], place: Row | None = None
) -> list[Row]:
    """Write the lines of a text from ``start`` to ``end``, every character in one piece.

    A line: ``{"n" (of the whole text, from 1), "units" (provisions that begin in it), "pieces", "is_broken" (a line's
    end follows), "is_here" (some of it belongs to ``place``), "is_blank"}``. A piece: ``{"runs" (see ``split_unseen``), "state" (see ``Claim``), "anchors", "noise", "is_evidence",
    "is_doubted", "labels"}``; a label, shown after the piece: ``{"noise"}``,
    ``{"doubt"}`` or ``{"fields", "within", "is_evidence"}``.
    """
    openings: defaultdict[int, list[Row]] = defaultdict(list)
    for row in record["provisions"]:
        openings[row["start"]].append(row)
    doubts = [(row, *_show_doubt(text, row)) for row in record["doubts"]]
    labels = _place_labels(record, doubts, claims)
    cuts = {claim.start for claim in claims} | set(openings) | set(labels)
    cuts |= {point for _, first, last in doubts for point in (first, last)}
    cuts |= {place["start"], place["end"]} if place else set()
    bounds = sorted(cuts)
    starts = [claim.start for claim in claims]
    doubted = _merge((first, last) for _, first, last in doubts)
    removed = {row["start"]: f"removed-{row['n']}" for row in record["noise"]}
    anchors: defaultdict[int, list[str]] = defaultdict(list)
    for row, first, _ in doubts:
        anchors[first].append(f"doubt-{row['n']}")

    def make_piece(first: int, last: int) -> Row:
        claim = claims[max(0, bisect_right(starts, first) - 1)] if claims else Claim(0, 0, "blank")
        names = [row["eid"] for row in openings.get(first, ())] + anchors.get(first, [])
        return {
            "runs": split_unseen(text[first:last]),
            "state": claim.state,
            "noise": claim.noise,
            "anchors": names + ([removed[first]] if first in removed else []),
            "is_evidence": claim.state == "provision" and bool(claim.facts),
            "is_doubted": _covers(doubted, first),
            "labels": labels.get(last, []) if last > first else labels.get(first, []),
        }

    lines = []
    number = text.count("\n", 0, start) + 1
    position = start
    while position < end:
        stop = text.find("\n", position, end)
        is_broken = stop >= 0
        stop = stop if is_broken else end
        inside = bounds[bisect_right(bounds, position) : bisect_right(bounds, stop - 1)] if stop > position else []
        points = [position, *inside, stop]
        pieces = [make_piece(first, last) for first, last in zip(points, points[1:])]
        units = [row for point in points[:-1] for row in openings.get(point, ())]
        is_here = bool(place) and place["start"] < max(stop, position + 1) and position < place["end"]
        lines.append({"n": number, "units": units, "pieces": pieces, "is_broken": is_broken, "is_here": is_here, "is_blank": not text[position:stop].strip()})
        position = stop + is_broken
        number += is_broken
    return lines


def _show_doubt(text: str, row: Row) -> tuple[int, int]:
    """Where a doubt is underlined: to the end of its first line; at least one character, that it be seen."""
    first = min(row["start"], max(0, len(text) - 1))
    while first < min(row["end"], len(text)) - 1 and text[first].isspace():
        first += 1
    while first > 0 and text[first] == "\n":  # a doubt of nothing visible is shown with what stands before it
        first -= 1
    line_end = text.find("\n", first)
    last = min(row["end"], line_end if line_end > first else len(text))
    return first, max(last, first + 1)


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return starts and ends of the runs that spans cover together."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _covers(runs: tuple[list[int], list[int]], place: int) -> bool:
    position = bisect_right(runs[0], place) - 1
    return position >= 0 and place < runs[1][position]


def _place_labels(record: Mapping[str, Any], doubts: Sequence[tuple[Row, int, int]], claims: Sequence[Claim]) -> dict[int, list[Row]]:
    """Return the labels by the place after which they stand."""
    labels: defaultdict[int, list[Row]] = defaultdict(list)
    for row in record["noise"]:
        labels[row["end"]].append({"noise": row})
    told = {id(row) for claim in claims if claim.state != "provision" for row in claim.facts}
    for is_evidence in (False, True):
        outer: Row | None = None
        chosen = [row for row in record["facts"] if (id(row) not in told) is is_evidence and row["start"] < row["end"]]
        for row in sorted(chosen, key=lambda row: (row["start"], -row["end"], row["id"])):
            if outer is None or row["end"] > outer["end"] or row["start"] >= outer["end"]:
                outer = {"fields": [row["field"]], "within": [], "is_evidence": is_evidence, "start": row["start"], "end": row["end"]}
                labels[row["end"]].append(outer)
                continue
            names = outer["fields"] if (row["start"], row["end"]) == (outer["start"], outer["end"]) else outer["within"]
            if row["field"] not in names:
                names.append(row["field"])
    for row, _, last in doubts:
        labels[last].append({"doubt": row})
    return labels
