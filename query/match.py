"""Turn a query into FTS5 expressions, and ask the index which units match."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lang.tokens import query_phrase
from query.language import Group, Query, Term

# A unit's id holds its document, its clause, its box and its kind; see ingest/index.py, which writes them.
DOCUMENT_SHIFT, CLAUSE_SHIFT, KIND_MASK = 28, 12, 15
SCOPES = {"provision": 0, "clause": CLAUSE_SHIFT, "document": DOCUMENT_SHIFT}

# So many matches are counted one by one, and so many ranked by BM25; a query with more is too broad to read.
MOST_COUNTED = 5000
MOST_RANKED = 2000

# Weights of heading, body and facets; settled on tests/gold/relevance.yml, see docs/search.md.
WEIGHTS = (4.0, 1.0, 0.0)


@dataclass(frozen=True)
class Matches:
    """The units that match, in the index's order; ``is_all`` is false where there are more."""

    ids: tuple[int, ...]
    is_all: bool


def phrase(term: Term, columns: str = "{heading body}") -> str:
    """Return the FTS5 expression under which a term stands literally."""
    tokens, prefix = query_phrase(term.text)
    return f'{columns} : "{" ".join(tokens)}"' + ("*" if prefix else "")


def any_of(group: Group, columns: str = "{heading body}") -> str:
    """Return the expression under which one of a group's terms stands."""
    return "(" + " OR ".join(phrase(term, columns) for term in group.terms) + ")"


def facet_expression(chosen: Mapping[str, Sequence[str]], excluded: Iterable[str] = ()) -> str:
    """Return the expression for chosen facet tokens: one of each facet's, none of the excluded."""
    parts = ["facets : all"]
    parts += ["facets : (" + " OR ".join(tokens) + ")" for tokens in chosen.values() if tokens]
    wanted = " AND ".join(f"({part})" for part in parts)
    unwanted = " OR ".join(f"facets : {token}" for token in excluded)
    return f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})"


def expression(query: Query, facets: str) -> str:
    """Return the expression for a query within one provision."""
    wanted = [any_of(group) for group in query.groups if not group.negative]
    unwanted = [any_of(group) for group in query.groups if group.negative]
    positive = " AND ".join([*wanted, facets])
    return f"({positive}) NOT ({' OR '.join(unwanted)})" if unwanted else positive


def find(conn: sqlite3.Connection, query: Query, facets: str, scope: str, most: int | None = MOST_COUNTED) -> Matches:
    """Return the units that match, at most ``most`` of them.

    In the scope of a clause or a document all words must stand somewhere in it, and a unit is a
    match when it holds at least one of them.
    """
    limit = -1 if most is None else most + 1
    positive = [group for group in query.groups if not group.negative]
    if scope == "provision" or len(query.groups) < 2 or not positive:
        sql, parameters = "select rowid from search_index where search_index match ? limit ?", [expression(query, facets), limit]
    else:
        shift = SCOPES[scope]
        keys = "select rowid >> {0} from search_index where search_index match ?".format(shift)
        inside = " intersect ".join([keys] * len(positive))
        outside = "".join(f" except {keys}" for group in query.groups if group.negative)
        some = " OR ".join(any_of(group) for group in positive)
        sql = (
            f"select rowid from search_index where search_index match ? and rowid >> {shift} in ({inside}{outside}) limit ?"
        )
        parameters = [
            f"({some}) AND {facets}",
            *(any_of(group) for group in positive),
            *(any_of(group) for group in query.groups if group.negative),
            limit,
        ]
    ids = [row[0] for row in conn.execute(sql, parameters)]
    is_all = most is None or len(ids) <= most
    return Matches(tuple(ids if is_all else ids[:most]), is_all)


def is_ranked(matches: Matches) -> bool:
    """True when the matches are few enough to be ranked by BM25."""
    return len(matches.ids) <= MOST_RANKED


def rank(conn: sqlite3.Connection, query: Query, facets: str, matches: Matches) -> list[int]:
    """Return the matches best first; equal ones in the index's order.

    They are ranked by BM25 over heading and body. Of more than MOST_RANKED, those come first whose
    heading matches, and the others keep the index's order: BM25 would read every match twice.
    """
    positive = [group for group in query.groups if not group.negative]
    if not positive or not matches.ids:
        return list(matches.ids)
    if is_ranked(matches):
        some = " OR ".join(any_of(group) for group in positive)
        sql = f"select rowid, bm25(search_index, {', '.join(map(str, WEIGHTS))}) from search_index where search_index match ?"
        score = dict(conn.execute(sql, [f"({some}) AND {facets}"]))
        return sorted(matches.ids, key=lambda unit: (score.get(unit, 0.0), unit))
    headed = " AND ".join(any_of(group, "heading") for group in positive)
    sql = "select rowid from search_headings where search_headings match ? and rowid <= ?"
    first = {row[0] for row in conn.execute(sql, [f"({headed}) AND {facets}", matches.ids[-1]])}
    return sorted(matches.ids, key=lambda unit: (unit not in first, unit))


def estimate_total(conn: sqlite3.Connection, matches: Matches) -> int:
    """Estimate how many units match in all, from how far into the index the first of them reach.

    Documents stand in the index in an order unrelated to their place and year, so the first are a sample.
    """
    if matches.is_all:
        return len(matches.ids)
    (last,) = conn.execute("select max(id) from search_units").fetchone()
    reached = (matches.ids[-1] >> DOCUMENT_SHIFT) - 0.5
    return max(len(matches.ids) + 1, round(len(matches.ids) * (last >> DOCUMENT_SHIFT) / max(reached, 0.5)))
