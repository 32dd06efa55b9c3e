"""Choose which documents a coverage matrix opens with, where not all find room: some that have measures in common."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from query.memo import once
from query.pick import list_names

_SEEDS = 12  # documents with most measures from which a set is grown; the best set is taken


@dataclass(frozen=True)
class _Shared:
    """Measures that two documents have at least: by document, and the documents of each."""

    measures: Mapping[str, Sequence[str]]
    documents: Mapping[str, Sequence[str]]


def choose_documents(conn: sqlite3.Connection, most: int, theme: str = "", of: str = "") -> list[str]:
    """Return the ids of ``most`` documents that have many measures in common, the first of them leading.

    ``theme`` counts the measures of a theme only; ``of`` is a document that the others are chosen for. What counts is
    in how many pairs of the chosen a measure stands in both. One of a province that is not there yet counts double, for
    it is provinces that are compared. Of equals the newest comes first, then the lesser id, so that the same database
    gives the same ones.
    """
    names = list_names(conn)
    order = {id_: place for place, id_ in enumerate(names)}
    shared = _read_shared(conn, theme) if theme else once(conn, _read_shared)
    promise = {id_: sum(min(len(shared.documents[m]), most) - 1 for m in some) for id_, some in shared.measures.items()}
    leading = sorted(promise, key=lambda id_: (-promise[id_], order[id_]))
    provinces = {id_: names[id_]["province_code"] for id_ in names}
    sets = [_grow(shared, seed, most, provinces, order) for seed in ([of] if of in names else leading[:_SEEDS])]
    best = max(sets, key=lambda some: _count_pairs(shared, some), default=[])  # the first of the best
    filling = [id_ for id_ in (*leading, *names) if id_ not in best]
    return [*best, *filling[: most - len(best)]]


def _grow(shared: _Shared, seed: str, most: int, provinces: Mapping[str, str], order: Mapping[str, int]) -> list[str]:
    chosen = [seed]
    gain: Counter[str] = Counter()  # pairs that a document would make with those chosen
    while len(chosen) < most:
        for measure in shared.measures.get(chosen[-1], ()):
            gain.update(shared.documents[measure])
        there = {provinces[id_] for id_ in chosen}
        left = [id_ for id_ in gain if id_ not in chosen]
        if not left:
            break
        chosen.append(min(left, key=lambda id_: (-gain[id_] * (1 if provinces[id_] in there else 2), order[id_])))
    return chosen


def _count_pairs(shared: _Shared, chosen: Sequence[str]) -> int:
    """How many pairs of the chosen documents have a measure in common, measure by measure."""
    filled = Counter(measure for id_ in chosen for measure in shared.measures.get(id_, ()))
    return sum(n * (n - 1) // 2 for n in filled.values())


def _read_shared(conn: sqlite3.Connection, theme: str = "") -> _Shared:
    sql = """
        SELECT DISTINCT mp.measure_id, mp.document_id FROM measures m JOIN measure_provisions mp ON mp.measure_id = m.id
        WHERE m.documents > 1 AND (:theme = '' OR m.theme_id = :theme) ORDER BY mp.measure_id, mp.document_id
    """
    measures, documents = defaultdict(list), defaultdict(list)
    for measure, document in conn.execute(sql, {"theme": theme}):
        measures[document].append(measure)
        documents[measure].append(document)
    return _Shared(dict(measures), dict(documents))
