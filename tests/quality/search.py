"""How good the order of search is: nDCG@10 on the judged set, beside trivial rankings."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from lang.tokens import fold, index_tokens
from query.search import search

GOLD = Path(__file__).parent.parent / "gold" / "relevance.yml"
CUTOFF = 10

Ranking = Callable[[sqlite3.Connection, str], list[str]]


@dataclass(frozen=True)
class Judged:
    """A query of the judged set and the grade of each provision that was judged for it."""

    id: str
    query: str
    kind: str
    grades: dict[str, int]


def load_judged() -> list[Judged]:
    """Return the judged queries."""
    entries = yaml.safe_load(GOLD.read_text(encoding="utf-8"))["queries"]
    return [Judged(e["id"], e["text"], e["kind"], e.get("grades") or {}) for e in entries]


def ndcg(ranked: list[str], grades: dict[str, int]) -> float:
    """Return nDCG at the cutoff with gains 2^grade - 1; what was not judged, or not returned, gains nothing."""
    ideal = _dcg(sorted(grades.values(), reverse=True))
    return _dcg([grades.get(provision, 0) for provision in ranked]) / ideal if ideal else 0.0


def _dcg(grades: list[int]) -> float:
    gains = 2.0 ** np.array(grades[:CUTOFF]) - 1
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


def by_site(conn: sqlite3.Connection, query: str) -> list[str]:
    """The order of our search: literal matches, then what is related."""
    answer = search(conn, query, limit=50)
    return [hit["id"] for hit in [*answer["hits"], *answer["related"]]]


def by_count(conn: sqlite3.Connection, query: str) -> list[str]:
    """Baseline: substring match, the most frequent first."""
    wanted = fold(query)
    counts = [(fold(text).count(wanted), provision) for provision, text in conn.execute("select provision_id, text from search_units")]
    return [provision for count, provision in sorted(counts, key=lambda c: (-c[0], c[1])) if count]


def by_bigrams(conn: sqlite3.Connection, query: str) -> list[str]:
    """Baseline: BM25 over bigrams, any of which may match."""
    tokens = [token for token in index_tokens(query) if len(token) > 1 or not re.match(r"[\u4e00-\u9fff]", token)]
    if not tokens:
        return []
    match = "{heading body} : (" + " OR ".join(f'"{token}"' for token in dict.fromkeys(tokens)) + ")"
    sql = """
        select u.provision_id from search_index join search_units u on u.id = search_index.rowid
        where search_index match ? order by bm25(search_index, 1.0, 1.0, 0.0), u.id limit 50
    """
    return [row[0] for row in conn.execute(sql, [match])]


RANKINGS: dict[str, Ranking] = {"search": by_site, "bigrams, any": by_bigrams, "substring count": by_count}


def evaluate(conn: sqlite3.Connection, ranking: Ranking) -> dict[str, float]:
    """Return mean nDCG@10 over the answerable queries: of all, and by kind."""
    scores = defaultdict(list)
    for judged in load_judged():
        if any(judged.grades.values()):
            score = ndcg(ranking(conn, judged.query), judged.grades)
            scores["all"].append(score)
            scores[judged.kind].append(score)
    return {kind: round(float(np.mean(values)), 4) for kind, values in scores.items()}
