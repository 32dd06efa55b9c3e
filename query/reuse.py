"""The passages that documents share, each with all its places and what speaks for a source; and stock phrases (套话)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from align.stock import Index, find_spans, index_phrases
from align.wording import compare_words
from query.addresses import number_of_version, write_address
from query.database import one, rows
from query.layout import unbreak
from query.memo import once

SORTS = ("length", "documents")
A_PAGE = 20
MOST_PLACES = 6  # of a passage in a list; its own page shows MOST_OF_ONE
MOST_OF_ONE = 200
_MARGIN = 14  # characters shown around a passage, at most
_SENTENCE_END = re.compile(r"[。；;！!？?]|\n\s*")
#: The place that the others are set beside, then the oldest document first.
_PLACE_ORDER = "r.is_source DESC, coalesce(d.issued_on, d.published_on, substr(d.id, 4, 4)), d.id, r.provision_id, r.start"
_PLACE_COLUMNS = f"""
    r.family_id, r.document_id, r.provision_id, r.start, r."end", r.length, r.is_source, r.kind, r.identical,
    d.title, d.title_supplied, d.province, d.issued_on, p.eid, p.label, v.id AS version_id,
    substr(v.text, max(r.start - {_MARGIN}, 0) + 1, r."end" + {_MARGIN} - max(r.start - {_MARGIN}, 0)) AS around
"""
_PLACES = """
    FROM reuse r JOIN documents d ON d.id = r.document_id JOIN provisions p ON p.id = r.provision_id
    JOIN versions v ON v.id = p.version_id
"""


def list_passages(
    conn: sqlite3.Connection,
    minimum: int,
    a: str | None = None,
    b: str | None = None,
    sort: str = "length",
    page: int = 1,
) -> dict[str, Any]:
    """Return a page of the passages of at least ``minimum`` characters, of all documents, of one, or of a pair.

    Shape: ``{"total", "page", "pages", "passages": [...]}``, a passage as ``read_family`` has it, with at most MOST_PLACES
    places; of a pair only the two documents'. ``sort`` is ``length`` (the longest first) or ``documents`` (the most
    widespread first).
    """
    where, params = _narrow(minimum, a, b)
    total = one(conn, f"SELECT count(*) AS n FROM reuse_families f WHERE {where}", params)["n"]
    order = "f.length DESC, f.documents DESC" if sort == "length" else "f.documents DESC, f.length DESC"
    found = rows(
        conn,
        f"SELECT * FROM reuse_families f WHERE {where} ORDER BY {order}, f.id LIMIT :most OFFSET :skipped",
        {**params, "most": A_PAGE, "skipped": (page - 1) * A_PAGE},
    )
    only = [a, b] if a and b else []
    places = _read_places(conn, [family["id"] for family in found], MOST_PLACES, only, first=a)
    cited = _read_citations(conn, {place["document_id"] for some in places.values() for place in some})
    return {
        "total": total,
        "page": page,
        "pages": max(1, -(-total // A_PAGE)),
        "passages": [_describe(family, places.get(family["id"], []), cited) for family in found],
    }


def read_family(conn: sqlite3.Connection, family_id: str) -> dict[str, Any] | None:
    """Return one passage with all its places (at most MOST_OF_ONE); None when there is none of that id.

    Shape: ``{"id", "documents", "places", "length", "kind", "members": [...], "more", "origin": [sentence, …]}``. A member
    has its document (``document_id``, ``title``, ``province``, ``issued_on``), its unit (``provision_id``, ``eid``,
    ``label``, ``address``, ``pinned``), ``start`` and ``end`` in the version's text, ``length``, ``text`` and what stands
    ``before`` and ``after`` it, ``words`` (``[(words, whether the first member has them too)]``; of two members the first is
    set beside the second), ``is_same`` (as the first, but for punctuation and white space) and ``identical`` (the share of the longer of the two that is in both).
    """
    family = one(conn, "SELECT * FROM reuse_families WHERE id = ?", [family_id])
    if family is None:
        return None
    places = _read_places(conn, [family_id], MOST_OF_ONE, [])[family_id]
    return _describe(family, places, _read_citations(conn, {place["document_id"] for place in places}))


def passages_of_provision(conn: sqlite3.Connection, provision_id: str, minimum: int = 20, most: int = 20) -> list[dict[str, Any]]:
    """Return the passages of a provision that stand in other documents too, in the order of the text.

    Each as ``read_family`` has it, the provision's own place as its first member; of what lies inside a longer passage
    with the same documents only the longer. ``most`` keeps the longest. Of a unit's part (an item) those that touch it.
    """
    unit = one(conn, 'SELECT unit_id, document_id, start, "end" FROM provisions WHERE id = ?', [provision_id])
    if unit is None:
        return []
    own = rows(
        conn,
        """
        SELECT r.family_id, r.start, r."end", f.documents FROM reuse r JOIN reuse_families f ON f.id = r.family_id
        WHERE r.provision_id = :unit_id AND r.length >= :minimum AND r.start < :end AND r."end" > :start
        ORDER BY r.length DESC, r.start, r.family_id
        """,
        {**unit, "minimum": minimum},
    )
    kept: list[dict[str, Any]] = []
    for place in own:
        if not any(k["start"] <= place["start"] and place["end"] <= k["end"] and k["documents"] >= place["documents"] for k in kept):
            kept.append(place)
    kept = sorted(kept[:most], key=lambda place: (place["start"], place["family_id"]))
    ids = [place["family_id"] for place in kept]
    families = {family["id"]: family for family in _read_families(conn, ids)}
    places = _read_places(conn, ids, MOST_PLACES, [], first=unit["document_id"])
    passages = []
    for place in kept:
        of_place = 'r.family_id = ? AND r.provision_id = ? AND r.start = ? AND r."end" = ?'
        key = [place["family_id"], unit["unit_id"], place["start"], place["end"]]
        mine = rows(conn, f"SELECT {_PLACE_COLUMNS} {_PLACES} WHERE {of_place}", key)
        others = [p for p in places[place["family_id"]] if p["document_id"] != unit["document_id"]]
        passages.append(_describe(families[place["family_id"]], mine + others, {}))
    return passages


def list_passage_rows(conn: sqlite3.Connection, minimum: int, a: str | None, b: str | None, most: int) -> list[dict[str, Any]]:
    """Return the places of all passages as rows of a table, the longest passage first; at most ``most`` rows."""
    where, params = _narrow(minimum, a, b)
    pair = "AND r.document_id IN (:a, :b)" if b else ""
    order = "f.length DESC, f.documents DESC, f.id"
    # Only as many passages are joined with their places as there will be rows: of two documents each has two at least.
    rank = "2 * row_number()" if b else "sum(f.places)"
    found = rows(
        conn,
        f"""
        SELECT f.id AS family, f.length AS family_length, f.documents, f.places, r.*, d.title AS document_title, d.province,
               d.issued_on, p.label, p.eid, p.version_id
        FROM (
            SELECT f.*, {rank} OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - f.places AS before FROM reuse_families f WHERE {where}
        ) f
        JOIN reuse r ON r.family_id = f.id JOIN documents d ON d.id = r.document_id JOIN provisions p ON p.id = r.provision_id
        WHERE f.before < :most {pair} ORDER BY {order}, {_PLACE_ORDER} LIMIT :most
        """,
        {**params, "most": most},
    )
    # A text is read once and cut here: to SQLite each piece of it would cost the way to it.
    by_version: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_version.setdefault(row["version_id"], []).append(row)
    for version_id, some in by_version.items():
        text = one(conn, "SELECT text FROM versions WHERE id = ?", [version_id])["text"]
        for row in some:
            row["text"] = text[row["start"] : row["end"]]
            row["pinned"] = write_address(row["document_id"], row["eid"], number_of_version(version_id))
            row["relation"] = "对照的基准" if row["is_source"] else "逐字相同" if row["kind"] == "verbatim" else "大体相同"
    return found


def stock_spans(conn: sqlite3.Connection, text: str) -> list[tuple[int, int]]:
    """Return the spans of a printed text that stock phrases (套话) cover, merged and sorted."""
    return find_spans(text, once(conn, _read_stock))


def _read_stock(conn: sqlite3.Connection) -> Index:
    return index_phrases(row[0] for row in conn.execute("SELECT text FROM stock_phrases"))


def _narrow(minimum: int, a: str | None, b: str | None) -> tuple[str, dict[str, Any]]:
    where = ["f.length >= :minimum"]
    for name, document in (("a", a), ("b", b)):
        if document:
            where.append(f"f.id IN (SELECT family_id FROM reuse WHERE document_id = :{name} AND length >= :minimum)")
    return " AND ".join(where), {"minimum": minimum, "a": a, "b": b}


def _read_families(conn: sqlite3.Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    return rows(conn, "SELECT * FROM reuse_families WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])


def _read_places(
    conn: sqlite3.Connection, ids: Sequence[str], most: int, only: Sequence[str], first: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return the places of passages by passage: of ``only`` some documents, those of the ``first`` one at the head."""
    places: dict[str, list[dict[str, Any]]] = {}
    narrowing = "AND r.document_id IN (SELECT value FROM json_each(:only))" if only else ""
    # Numbered before they are read: a passage may stand in hundreds of documents.
    sql = f"""
        SELECT {_PLACE_COLUMNS} {_PLACES} WHERE (r.family_id, r.provision_id, r.start, r."end") IN (
            SELECT family_id, provision_id, start, "end" FROM (
                SELECT r.*, row_number() OVER (PARTITION BY r.family_id ORDER BY r.document_id IS :first DESC, {_PLACE_ORDER}) AS place
                FROM reuse r JOIN documents d ON d.id = r.document_id
                WHERE r.family_id IN (SELECT value FROM json_each(:ids)) {narrowing}
            ) WHERE place <= :most
        ) ORDER BY r.family_id, r.document_id IS :first DESC, {_PLACE_ORDER}
    """
    params = {"ids": json.dumps(list(ids)), "only": json.dumps(list(only)), "first": first, "most": most}
    for place in rows(conn, sql, params):
        places.setdefault(place["family_id"], []).append(place)
    return places


def _describe(family: dict[str, Any], places: list[dict[str, Any]], cited: dict[str, dict[str, str | None]]) -> dict[str, Any]:
    members = [_describe_place(place) for place in places]
    for member in members:
        member["words"], member["identical"] = compare_words(member["text"], members[0]["text"])
        member["is_same"] = member["identical"] == 1.0
    if len(members) == 2:  # of two, each shows what the other has not
        members[0]["words"], _ = compare_words(members[0]["text"], members[1]["text"])
    return {
        **{key: family[key] for key in ("id", "documents", "places", "length", "kind")},
        "members": members,
        "more": family["places"] - len(members),
        "origin": list(_tell_origin(members, cited)) if cited else [],
    }


def _describe_place(place: dict[str, Any]) -> dict[str, Any]:
    lead = min(place["start"], _MARGIN)
    around, length = place["around"], place["end"] - place["start"]
    before, text, after = around[:lead], around[lead : lead + length], around[lead + length :]
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    before = before[ends[-1] :] if ends else "…" + before
    closing = _SENTENCE_END.search(after)
    after = after[: closing.end()].rstrip() if closing else after + "…"
    return {
        **{key: place[key] for key in ("document_id", "title", "title_supplied", "province", "issued_on", "provision_id", "eid")},
        "label": unbreak(place["label"]),
        "address": write_address(place["document_id"], place["eid"]),
        "pinned": write_address(place["document_id"], place["eid"], number_of_version(place["version_id"])),
        "start": place["start"],
        "end": place["end"],
        "length": place["length"],
        "before": before.lstrip(),
        "text": text,
        "after": after,
    }


def _read_citations(conn: sqlite3.Connection, documents: Collection[str]) -> dict[str, dict[str, str | None]]:
    """Return by document what it cites: titles, with the document's id where it is one of the corpus."""
    cited: dict[str, dict[str, str | None]] = {document: {} for document in documents}
    for row in rows(
        conn,
        """
        SELECT document_id, title, target_document_id FROM citations
        WHERE document_id IN (SELECT value FROM json_each(?)) AND target_document_id IS NOT document_id ORDER BY id
        """,
        [json.dumps(sorted(documents))],
    ):
        cited[row["document_id"]].setdefault(unbreak(row["title"]), row["target_document_id"])
    return cited


def _tell_origin(members: Sequence[dict[str, Any]], cited: dict[str, dict[str, str | None]]) -> Iterator[str]:
    """Yield what speaks for a source of a passage, in words that claim no more: who cites whom, what all cite, who is older."""
    by_id = {member["document_id"]: member for member in members}
    for citing, member in by_id.items():
        for title, target in cited[citing].items():
            if target in by_id:
                yield f"{member['province']}的文件引用了{by_id[target]['province']}的《{title}》。"
    common = set.intersection(*(set(cited[document]) for document in by_id)) if len(by_id) > 1 else set()
    for title in sorted(common):
        yield f"{_all_of(len(by_id))}都引用了《{title}》，可能同出于它。"
    dates = {document: member["issued_on"] for document, member in by_id.items()}
    if len(by_id) > 1 and all(dates.values()):
        oldest, second = sorted(dates, key=lambda d: dates[d])[:2]
        if dates[oldest] < dates[second]:
            yield f"成文最早的是{by_id[oldest]['province']}（{dates[oldest]}）。"


def _all_of(count: int) -> str:
    return "两份文件" if count == 2 else f"{count} 份文件"
