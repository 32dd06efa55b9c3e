"""Facets: the values one can narrow a search by, with counts that are right for the query at hand."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lang.tokens import fold
from query.match import DOCUMENT_SHIFT, KIND_MASK
from query.memo import once, stamp_of

FACETS = {
    "province": "地区", "theme": "主题", "year": "年份", "type": "文种", "kind": "层级", "agency": "发文机关", "doc": "文件",
    "audience": "对象", "force": "力度",
}  # fmt: skip
MOST_VALUES = 60  # of a facet, the commonest; a corpus of thousands of documents has as many values of 文件
OF_UNITS = {"theme", "audience", "force"}  # told unit by unit; the others are the document's, or stand in the unit's id


@dataclass(frozen=True)
class Catalogue:
    """All values of all facets, and each document's; small beside the units, and read once a database."""

    labels: Mapping[tuple[str, str], str]
    tokens: Mapping[tuple[str, str], str]
    kinds: Mapping[int, str]  # kind by its code in a unit's id
    documents: Mapping[int, Mapping[str, tuple[str, ...]]]  # a document's values by its number in a unit's id
    dates: Mapping[int, str | None]  # of issue, by the same number
    synonyms: tuple[tuple[str, ...], ...]
    stamp: str  # of the database: cursors are good for one


def load_catalogue(conn: sqlite3.Connection) -> Catalogue:
    """Return the catalogue of the database behind a connection, kept until another one is built."""
    return once(conn, _read_catalogue)


def resolve(catalogue: Catalogue, facet: str, typed: str) -> list[str]:
    """Return the values of a facet that a reader means by what was typed: its id, its name, or a part of that."""
    forms = {fold(form) for form in _other_forms(catalogue, typed)}
    exact, partial = [], []
    for (name, value), label in catalogue.labels.items():
        if name != facet:
            continue
        known = (fold(value), fold(label))
        if forms & set(known):
            exact.append(value)
        elif any(form in text for form in forms for text in known if len(form) > 1):
            partial.append(value)
    return exact or partial


def count(
    conn: sqlite3.Connection, catalogue: Catalogue, ids: Sequence[int], facets: Iterable[str]
) -> dict[str, Counter[str]]:
    """Count units by the values of each of some facets."""
    documents = Counter(unit >> DOCUMENT_SHIFT for unit in ids)
    facets = list(facets)
    counts = _count_of_units(conn, ids, [facet for facet in facets if facet in OF_UNITS])
    for facet in [facet for facet in facets if facet not in OF_UNITS]:
        counted: Counter[str] = Counter()
        if facet == "kind":
            for code, n in Counter(unit & KIND_MASK for unit in ids).items():
                counted[catalogue.kinds[code]] = n
        else:
            for document, n in documents.items():
                for value in catalogue.documents[document].get(facet, ()):
                    counted[value] += n
        counts[facet] = counted
    return counts


def _count_of_units(conn: sqlite3.Connection, ids: Sequence[int], facets: Sequence[str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in facets}
    if facets and ids:
        marks = ",".join("?" * len(facets))
        sql = f"""
            select facet, value, count(*) from unit_facets
            where unit_id in (select value from json_each(?)) and facet in ({marks}) group by facet, value
        """
        for facet, value, n in conn.execute(sql, [json.dumps(ids), *facets]):
            counts[facet][value] = n
    return counts


def values_of_units(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[tuple[int, str], list[dict[str, str]]]:
    """Return what units themselves are marked with, as {value, label} by unit and facet."""
    sql = """
        select u.unit_id, u.facet, u.value, f.label from unit_facets u
        join facets f on f.facet = u.facet and f.value = u.value
        where u.unit_id in (select value from json_each(?)) order by u.rowid
    """
    found: dict[tuple[int, str], list[dict[str, str]]] = {}
    for unit, facet, value, label in conn.execute(sql, [json.dumps(list(ids))]):
        found.setdefault((unit, facet), []).append({"value": value, "label": label})
    return found


def present(
    catalogue: Catalogue, counts: Mapping[str, Counter[str]], chosen: Mapping[str, Sequence[str]], scale: float
) -> list[dict[str, Any]]:
    """Return the facets as pages and JSON show them; ``scale`` is above one where only a sample was counted."""
    shown = []
    for facet, title in FACETS.items():
        values = dict(counts.get(facet, {}))
        for value in chosen.get(facet, ()):
            values.setdefault(value, 0)
        if not values:
            continue
        order = sorted(values, key=lambda v: (-values[v], v))
        first = [v for i, v in enumerate(order) if i < MOST_VALUES or v in chosen.get(facet, ())]
        more = len(order) - len(first)
        order = sorted(first) if facet == "year" else first
        shown.append(
            {
                "facet": facet,
                "label": title,
                "more": more,
                "values": [
                    {
                        "value": value,
                        "label": catalogue.labels.get((facet, value), value),
                        "count": round(values[value] * scale),
                        "selected": value in chosen.get(facet, ()),
                    }
                    for value in order
                ],
            }
        )
    return shown


def _read_catalogue(conn: sqlite3.Connection) -> Catalogue:
    labels: dict[tuple[str, str], str] = {}
    tokens: dict[tuple[str, str], str] = {}
    kinds: dict[int, str] = {}
    numbers: dict[str, int] = {}
    for facet, value, label, token, code in conn.execute("select facet, value, label, token, code from facets"):
        labels[facet, value] = label
        tokens[facet, value] = token
        if facet == "kind":
            kinds[code] = value
        elif facet == "doc":
            numbers[value] = code
    documents: dict[int, dict[str, tuple[str, ...]]] = {}
    sql = "select document_id, facet, value from document_facets"
    for document_id, facet, value in conn.execute(sql):
        of = documents.setdefault(numbers[document_id], {})
        of[facet] = (*of.get(facet, ()), value)
    dates = {numbers[row[0]]: row[1] for row in conn.execute("select id, issued_on from documents")}
    groups: dict[int, list[str]] = {}
    for word, group in conn.execute("select word, group_id from synonyms order by group_id, word"):
        groups.setdefault(group, []).append(word)
    return Catalogue(labels, tokens, kinds, documents, dates, tuple(map(tuple, groups.values())), stamp_of(conn))


def _other_forms(catalogue: Catalogue, typed: str) -> set[str]:
    """省人社厅 is found under 人力资源和社会保障厅: synonyms, with and without the level before them."""
    forms = {typed, typed.removeprefix("省").removeprefix("市") if len(typed) > 3 else typed}
    for group in catalogue.synonyms:
        for word in group:
            for form in [form for form in forms if word in form]:
                forms |= {form.replace(word, other) for other in group}
    return {form for form in forms if form}

