"""Find provisions that are about the same without saying it in the same words.

A unit's score adds up what speaks for it, each from 0 to 1: the share of the query's bigrams in
it, the same for its heading, the share of the query's words or their synonyms, and how near it
lies to the query in the space that latent semantic analysis found at build. Rare bigrams and
words count more. The weights are settled on tests/gold/relevance.yml; see docs/search.md.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from lang.tokens import index_tokens, query_phrase
from lang.words import Cutter, cutter
from query.language import Term
from query.match import DOCUMENT_SHIFT, KIND_MASK, phrase
from query.memo import once
from query.passages import find_terms

BIGRAMS, HEADING, WORDS, MEANING = 1.0, 0.3, 1.0, 1.0
LEAST_SCORE = 0.9  # below it nine in ten of what was judged on tests/gold/relevance.yml are not related
MOST_RELATED = 10
BARE_HEADINGS = {0, 1, 2, 3}  # kinds of units that are a heading alone: annex, chapter, section, part
MOST_GATHERED = 3000  # units looked at for one bigram or word; of a common one, those of the first documents
MOST_COMPARED = 1500  # units whose place in the space of meaning is looked up


@dataclass(frozen=True)
class Meaning:
    """The words of the corpus and their places in the space of meaning."""

    cut: Cutter
    numbers: dict[str, int]
    idf: np.ndarray
    vectors: np.ndarray  # one row of unit length a word
    synonyms: dict[str, tuple[str, ...]]
    units: int
    documents: int


@dataclass(frozen=True)
class Related:
    """A related unit, its score, and the words of the query or their synonyms that stand in it."""

    unit: int
    score: float
    words: tuple[str, ...]


def load_meaning(conn: sqlite3.Connection) -> Meaning:
    """Return the space of meaning of the database behind a connection, kept until another one is built."""
    return once(conn, _read_meaning)


def cut_words(conn: sqlite3.Connection, text: str) -> list[str]:
    """Cut a glued query into words: 农民工技能培训 -> 农民工, 技能, 培训."""
    return load_meaning(conn).cut.cut(text)


def relate(
    conn: sqlite3.Connection, terms: Sequence[str], facets: str, exact: Collection[int], most: int = MOST_RELATED
) -> list[Related]:
    """Return units related to a query's terms, best first, none of ``exact`` among them."""
    scores = {
        unit: score
        for unit, score in score_units(conn, terms, facets).items()
        if unit not in exact and unit & KIND_MASK not in BARE_HEADINGS
    }
    best = sorted(scores, key=lambda unit: (-scores[unit], unit))[:most]
    best = [unit for unit in best if scores[unit] >= LEAST_SCORE]
    texts = dict(_select(conn, "search_units", "text", best))
    sought = [form for word in _words(load_meaning(conn), terms) for form in word]
    return [
        Related(unit, round(scores[unit], 3), _longest([form for form in sought if find_terms(texts[unit], [form])]))
        for unit in best
    ]


def _longest(forms: Sequence[str]) -> tuple[str, ...]:
    """Leave out forms that stand inside another: 学徒 beside 新型学徒制 says nothing more."""
    kept = dict.fromkeys(forms)
    return tuple(form for form in kept if not any(form != other and form in other for other in kept))


def score_units(conn: sqlite3.Connection, terms: Sequence[str], facets: str) -> dict[int, float]:
    """Return the score of every unit that anything speaks for."""
    meaning = load_meaning(conn)
    words = _words(meaning, terms)
    bigrams = list(dict.fromkeys(t for term in terms for t in index_tokens(term) if len(t) > 1 or t.isascii()))
    scores: defaultdict[int, float] = defaultdict(float)
    in_body = [f'{{heading body}} : "{token}"' for token in bigrams]
    in_heading = [f'heading : "{token}"' for token in bigrams]
    any_form = ["(" + " OR ".join(phrase(Term(form)) for form in word) + ")" for word in words]
    rarity = _add(conn, meaning, scores, "search_index", in_body, facets, BIGRAMS)
    _add(conn, meaning, scores, "search_headings", in_heading, facets, HEADING, rarity)
    _add(conn, meaning, scores, "search_index", any_form, facets, WORDS)
    place = _place(meaning, [form for word in words for form in word])
    if place is not None:
        nearest = sorted(scores, key=lambda unit: (-scores[unit], unit))[:MOST_COMPARED]
        for unit, vector in _select(conn, "unit_vectors", "vector", nearest):
            scores[unit] += MEANING * float(np.frombuffer(vector, dtype="<f2").astype(np.float32) @ place)
    return dict(scores)


def _add(
    conn: sqlite3.Connection,
    meaning: Meaning,
    scores: defaultdict[int, float],
    index: str,
    expressions: Sequence[str],
    facets: str,
    weight: float,
    rarity: Sequence[float] | None = None,
) -> list[float]:
    """Add the share of the expressions that each unit matches, the rare ones counting more; return their weights.

    What stands nowhere in the corpus (哪些, 怎么) says nothing about any unit and is left out of the share.
    """
    sql = f"select rowid from {index} where {index} match ? limit {MOST_GATHERED}"
    found = [[row[0] for row in conn.execute(sql, [f"{expression} AND {facets}"])] for expression in expressions]
    if rarity is None:
        rarity = [_rarity(meaning, ids) for ids in found]
    total = sum(rarity)
    for ids, rare in zip(found, rarity):
        for unit in ids:
            scores[unit] += weight * rare / total
    return list(rarity)


def _rarity(meaning: Meaning, ids: Sequence[int]) -> float:
    """Inverse document frequency, as BM25 has it; of a common expression estimated from the first documents."""
    if not ids:
        return 0.0
    count = float(len(ids))
    if len(ids) == MOST_GATHERED:
        count *= max(1.0, meaning.documents / max((ids[-1] >> DOCUMENT_SHIFT) - 0.5, 0.5))
    return log((meaning.units - min(count, meaning.units) + 0.5) / (count + 0.5) + 1)


def _words(meaning: Meaning, terms: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of a query, each with its synonyms."""
    words = dict.fromkeys(word for term in terms for word in meaning.cut.cut(term) if len(word) > 1)
    return [(word, *meaning.synonyms.get(word, ())) for word in words if query_phrase(word)[0]]


def _place(meaning: Meaning, words: Sequence[str]) -> np.ndarray | None:
    """The place of a query in the space of meaning: its words' places, the rare ones weighing more."""
    numbers = [meaning.numbers[word] for word in words if word in meaning.numbers]
    if not numbers:
        return None
    place = (meaning.idf[numbers, None] * meaning.vectors[numbers]).sum(axis=0)
    norm = float(np.linalg.norm(place))
    return place / norm if norm else None


def _select(conn: sqlite3.Connection, table: str, column: str, units: Sequence[int]) -> list[tuple[int, Any]]:
    rows: list[tuple[int, Any]] = []
    for first in range(0, len(units), 900):
        some = units[first : first + 900]
        marks = ",".join("?" * len(some))
        rows += conn.execute(f"select id, {column} from {table} where id in ({marks})", list(some)).fetchall()
    return rows


def _read_meaning(conn: sqlite3.Connection) -> Meaning:
    lexicon = tuple(row[0] for row in conn.execute("select word from lexicon order by rowid"))
    rows = conn.execute("select word, idf, vector from words order by word").fetchall()
    groups: dict[int, list[str]] = {}
    for word, group in conn.execute("select word, group_id from synonyms order by group_id, word"):
        groups.setdefault(group, []).append(word)
    vectors = np.frombuffer(b"".join(row[2] for row in rows), dtype="<f2").astype(np.float32)
    units, last = conn.execute("select count(*), max(id) from search_units").fetchone()
    return Meaning(
        cut=cutter(lexicon),
        numbers={row[0]: i for i, row in enumerate(rows)},
        idf=np.array([row[1] for row in rows], dtype=np.float32),
        vectors=vectors.reshape(len(rows), -1) if rows else np.zeros((0, 1), np.float32),
        synonyms={word: tuple(w for w in group if w != word) for group in groups.values() for word in group},
        units=units,
        documents=(last or 0) >> DOCUMENT_SHIFT,
    )
