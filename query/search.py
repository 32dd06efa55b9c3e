"""Search provisions and boxes: everything that stands literally, best first, then what is related."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lang.tokens import query_phrase
from query.database import rows
from query.facets import FACETS, OF_UNITS, Catalogue, count, load_catalogue, present, resolve, values_of_units
from query.language import MOST_TERMS, Group, Query, Term, parse
from query.match import DOCUMENT_SHIFT, SCOPES, Matches, estimate_total, facet_expression, find, is_ranked, rank
from query.passages import find_terms, passage
from query.relate import cut_words, relate

SORTS = {"relevance": "相关度", "date": "日期", "province": "地区"}
LARGEST_PAGE = 200
OUTDATED = "文库在翻页期间更新过，已从第一页重新开始。"
TOO_BROAD = "命中很多：标题里有查询词的排在前面，其余按文件顺序；加一个词或选一项筛选，可按相关度排序。"


@dataclass(frozen=True)
class Plan:
    """A query with its facets resolved: what is asked of the index."""

    query: Query
    chosen: Mapping[str, tuple[str, ...]]
    excluded: tuple[str, ...]  # facet tokens
    scope: str
    sort: str
    impossible: bool  # a filter names what the corpus does not have
    remarks: tuple[str, ...]

    def facets(self, catalogue: Catalogue, without: str | None = None) -> str:
        """Return the expression for the chosen facets, all but one if asked."""
        tokens = {
            facet: [catalogue.tokens[facet, value] for value in values if (facet, value) in catalogue.tokens]
            for facet, values in self.chosen.items()
            if facet != without
        }
        return facet_expression(tokens, self.excluded)


def search(
    conn: sqlite3.Connection,
    q: str,
    *,
    limit: int = 20,
    after: str | None = None,
    scope: str = "provision",
    sort: str = "relevance",
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return the provisions that match a query, a page of them, with facets and what is related.

    ``scope`` is where all words must stand: in one provision, one clause with its boxes, one document.
    ``chosen`` are the values of facets by id. ``after`` is the ``next`` of the page before. Never
    raises for what a reader types; ``message`` and ``remarks`` say what was made of it.
    """
    catalogue = load_catalogue(conn)
    plan = make_plan(catalogue, q, scope, sort, chosen or {})
    answer = _empty(plan, q)
    if not plan.query.groups and not any(plan.chosen.values()) and not plan.excluded:
        message = "请输入要查找的词。" if not q.strip() else "查询里没有可以查找的文字。"
        return {**answer, "message": message}
    if plan.impossible:
        return answer
    plan, matches, message = _find_or_cut(conn, catalogue, plan)
    total = estimate_total(conn, matches)
    ranked = _order(catalogue, plan, rank(conn, plan.query, plan.facets(catalogue), matches))
    limit = max(1, min(limit, LARGEST_PAGE))
    start, is_outdated = _read_cursor(after, catalogue.stamp)
    page = ranked[start : start + limit]
    is_last = start + limit >= len(ranked)
    terms = [term.text for term in plan.query.wanted]
    # Among too many matches to count, what is not in hand may hold the words as well, and is not "related".
    asks_related = is_last and matches.is_all and plan.query.wanted and plan.scope == "provision"
    related = _related(conn, catalogue, plan, matches) if asks_related else []
    counted = _counts(conn, catalogue, plan, matches)
    return {
        **answer,
        "read_as": plan.query.in_words(),
        "remarks": [
            *answer["remarks"],
            *([TOO_BROAD] if plan.query.wanted and not is_ranked(matches) else []),
            *([OUTDATED] if is_outdated else []),
        ],
        "first": start + 1,
        "message": message,
        "total": total,
        "is_estimate": not matches.is_all,
        "ranked": len(ranked),
        "documents": len({unit >> DOCUMENT_SHIFT for unit in matches.ids}),
        "facets": present(catalogue, counted, plan.chosen, total / max(len(matches.ids), 1)),
        "hits": present_hits(conn, page, terms),
        "related": related,
        "next": None if is_last else f"{start + limit}-{catalogue.stamp}",
    }


def search_all(
    conn: sqlite3.Connection,
    q: str,
    *,
    scope: str = "provision",
    sort: str = "relevance",
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield every literal match of a query, then what is related, for export; the ranked ones first."""
    catalogue = load_catalogue(conn)
    plan = make_plan(catalogue, q, scope, sort, chosen or {})
    if plan.impossible or not (plan.query.groups or any(plan.chosen.values()) or plan.excluded):
        return
    plan, matches, _ = _find_or_cut(conn, catalogue, plan)
    ranked = _order(catalogue, plan, rank(conn, plan.query, plan.facets(catalogue), matches))
    if not matches.is_all:
        first = set(ranked)
        rest = find(conn, plan.query, plan.facets(catalogue), plan.scope, most=None).ids
        ranked += [unit for unit in rest if unit not in first]
        matches = Matches(tuple(ranked), True)
    terms = [term.text for term in plan.query.wanted]
    for position in range(0, len(ranked), 200):
        for hit in present_hits(conn, ranked[position : position + 200], terms):
            yield {**hit, "match": "exact"}
    if plan.query.wanted and plan.scope == "provision":
        for hit in _related(conn, catalogue, plan, matches):
            yield {**hit, "match": "related"}


def make_plan(catalogue: Catalogue, q: str, scope: str, sort: str, chosen: Mapping[str, Sequence[str]]) -> Plan:
    """Read a query and the facets of an address into a plan; unknown values are remarked on, not dropped."""
    query = parse(q)
    remarks = list(query.remarks)
    values: dict[str, list[str]] = {facet: list(dict.fromkeys(chosen.get(facet, ()))) for facet in FACETS}
    impossible = False
    for facet, typed in query.filters:
        meant = resolve(catalogue, facet, typed)
        if not meant:
            impossible = True
            remarks.append(_unknown(catalogue, facet, typed))
        values.setdefault(facet, []).extend(value for value in meant if value not in values.get(facet, ()))
    for facet, given in values.items():
        for value in [value for value in given if (facet, value) not in catalogue.tokens]:
            impossible = impossible or len(given) == 1
            given.remove(value)
            remarks.append(_unknown(catalogue, facet, value))
    excluded = []
    for facet, typed in query.excluded:
        meant = resolve(catalogue, facet, typed)
        excluded += [catalogue.tokens[facet, value] for value in meant]
        if not meant:
            remarks.append(_unknown(catalogue, facet, typed))
    return Plan(
        query=query,
        chosen={facet: tuple(given) for facet, given in values.items() if given},
        excluded=tuple(excluded),
        scope=scope if scope in SCOPES else "provision",
        sort=sort if sort in SORTS else "relevance",
        impossible=impossible,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def present_hits(conn: sqlite3.Connection, units: Sequence[int], terms: Sequence[str]) -> list[dict[str, Any]]:
    """Return hits as pages, exports and JSON show them, in the order of ``units``."""
    if not units:
        return []
    marks = ",".join("?" * len(units))
    sql = f"""
        select u.id as unit, p.id, p.document_id, p.eid, p.kind, p.number, p.heading, p.label, p.text, p.sha256,
               u.text as searched, d.province, d.province_code, d.title as document_title, d.doc_type, d.issued_on,
               d.current_version, d.source_url, coalesce(d.withdrawn_on, d.withdrawn_reason) is not null as is_withdrawn
        from search_units u join provisions p on p.id = u.provision_id join documents d on d.id = u.document_id
        where u.id in ({marks})
    """
    found = {row["unit"]: row for row in rows(conn, sql, list(units))}
    innermost = _innermost(conn, [row["id"] for row in found.values()], terms)
    marked = values_of_units(conn, units)
    hits = []
    for unit in units:
        hit = found[unit]
        searched = hit.pop("searched")
        body = searched.partition("\n")[2] if hit["heading"] and "\n" in searched else searched
        # The heading is shown above the passage; it need not open it too, unless only it matches.
        if not find_terms(body, terms) and find_terms(searched, terms):
            body = searched
        hit["inner_eid"] = innermost.get(hit["id"], hit["eid"])
        hit["passage"] = passage(body, terms)
        hit["heading_marked"] = passage(hit["heading"], terms, length=len(hit["heading"])) if hit["heading"] else []
        hit["matched"] = [term for term in terms if find_terms(searched, [term])]
        hit["in_box"] = hit["kind"] == "box"
        for facet in OF_UNITS:
            hit[f"{facet}s"] = marked.get((unit, facet), [])
        hits.append(hit)
    return hits


def _find_or_cut(conn: sqlite3.Connection, catalogue: Catalogue, plan: Plan) -> tuple[Plan, Matches, str | None]:
    """Find a query as it was typed; when it stands nowhere so, cut glued terms into words and try again."""
    matches = find(conn, plan.query, plan.facets(catalogue), plan.scope)
    if matches.ids or not plan.query.wanted:
        return plan, matches, None
    groups: list[Group] = []
    for group in plan.query.groups:
        term = group.terms[0]
        if group.negative or len(group.terms) > 1 or term.is_phrase:
            groups.append(group)
            continue
        # Each word once: 培训 typed a hundred times is one condition, and marking would look for it a hundred times.
        words = [word for word in dict.fromkeys(cut_words(conn, term.text)) if query_phrase(word)[0]] or [term.text]
        groups += [Group((Term(word),)) for word in words if Group((Term(word),)) not in groups]
    if tuple(groups) == plan.query.groups or len(groups) > MOST_TERMS:
        return plan, matches, None
    cut = replace(plan, query=replace(plan.query, groups=tuple(groups)))
    found = find(conn, cut.query, cut.facets(catalogue), cut.scope)
    if not found.ids:
        return plan, matches, None
    return cut, found, "没有条款逐字包含这一查询，以下条款包含拆开后的每个词。"


def _order(catalogue: Catalogue, plan: Plan, ranked: list[int]) -> list[int]:
    """Sort by date or province where asked; within one, best first. The undated come last."""
    if plan.sort == "relevance":
        return ranked
    if plan.sort == "province":
        return sorted(ranked, key=lambda unit: catalogue.documents[unit >> DOCUMENT_SHIFT].get("province", ("",)))
    return sorted(ranked, key=lambda unit: catalogue.dates[unit >> DOCUMENT_SHIFT] or "", reverse=True)


def _counts(conn: sqlite3.Connection, catalogue: Catalogue, plan: Plan, matches: Matches) -> dict[str, Counter[str]]:
    """Count by facet; a facet that is chosen is counted as if it were not, so that others can be added."""
    counts = count(conn, catalogue, matches.ids, [facet for facet in FACETS if not plan.chosen.get(facet)])
    for facet in plan.chosen:
        ids = find(conn, plan.query, plan.facets(catalogue, without=facet), plan.scope).ids
        counts.update(count(conn, catalogue, ids, [facet]))
    return counts


def _related(conn: sqlite3.Connection, catalogue: Catalogue, plan: Plan, matches: Matches) -> list[dict[str, Any]]:
    terms = [term.text for term in plan.query.wanted]
    related = relate(conn, terms, plan.facets(catalogue), set(matches.ids))
    hits = []
    for found in related:
        hit = present_hits(conn, [found.unit], found.words)[0]
        hits.append({**hit, "score": found.score})
    return hits


def _innermost(conn: sqlite3.Connection, ids: Sequence[str], terms: Sequence[str]) -> dict[str, str]:
    """The eid of the deepest provision inside each hit that holds all of its terms, for a link to the very place."""
    marks = ",".join("?" * len(ids))
    sql = f"select unit_id, eid, text from provisions where unit_id in ({marks}) order by depth, seq desc"
    found: dict[str, str] = {}
    wanted: dict[str, list[str]] = {}
    for unit_id, eid, text in conn.execute(sql, list(ids)):
        if unit_id not in wanted:  # the unit itself comes first: it is the shallowest
            wanted[unit_id] = [term for term in terms if find_terms(text, [term])]
        if wanted[unit_id] and all(find_terms(text, [term]) for term in wanted[unit_id]):
            found[unit_id] = eid
    return found


def _read_cursor(after: str | None, stamp: str) -> tuple[int, bool]:
    """Return where a page starts, and whether its cursor is another database's: then pages begin anew.

    The order of hits is that of one database; going on at the same place in another would lose some or show some twice.
    """
    place, _, of = (after or "").partition("-")
    if not (place.isascii() and place.isdigit() and len(place) < 10):
        return 0, False
    return (0, True) if of and of != stamp else (int(place), False)


def _unknown(catalogue: Catalogue, facet: str, typed: str) -> str:
    title = FACETS.get(facet, facet)
    if facet not in FACETS:
        return f"“{facet}:{typed}”：还没有按这一项标注。"
    known = [label for (name, _), label in catalogue.labels.items() if name == facet][:8]
    return f"没有名为“{typed}”的{title}；现有：{'、'.join(known)}。"


def _empty(plan: Plan, q: str) -> dict[str, Any]:
    return {
        "query": q,
        "read_as": plan.query.in_words(),
        "remarks": list(plan.remarks),
        "message": None,
        "scope": plan.scope,
        "sort": plan.sort,
        "chosen": {facet: list(values) for facet, values in plan.chosen.items()},
        "total": 0,
        "is_estimate": False,
        "ranked": 0,
        "first": 1,
        "documents": 0,
        "facets": [],
        "hits": [],
        "related": [],
        "next": None,
    }
