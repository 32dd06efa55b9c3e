"""Find provisions by what they literally say."""

from __future__ import annotations

import logging
import re
import sqlite3
from typing import Any

from query.database import rows
from lang.tokens import fold, fold_with_offsets, query_phrase

LONGEST_QUERY = 200
PASSAGE = 130  # characters of a hit's passage, cut where a sense ends
HEADING_WEIGHT = 4.0

_TERMS = re.compile(r'["“”](?P<phrase>[^"“”]*)["“”]|(?P<word>[^\s"“”]+)')
_SENSE_END = re.compile(r"[。；;！？\n]|(?<=[,，])")


def search(
    conn: sqlite3.Connection, q: str, *, limit: int = 20, after: str | None = None, document: str | None = None
) -> dict[str, Any]:
    """Return the provisions in which every word of ``q`` stands literally, best first.

    A query that stands nowhere as it is written is cut into words by jieba and tried again;
    ``read_as`` says how it was read. ``after`` is the ``next`` of the page before. Never raises
    for what a reader types: ``message`` says what is wrong.
    """
    answer: dict[str, Any] = {
        "query": q, "read_as": "", "total": 0, "documents": 0, "hits": [], "next": None, "message": None,
    }  # fmt: skip
    if len(q) > LONGEST_QUERY:
        return {**answer, "message": f"查询太长：请不超过 {LONGEST_QUERY} 字。"}
    terms = read_terms(q)
    if not terms:
        return {**answer, "message": "请输入要查找的词。" if not q.strip() else "查询里没有可以查找的文字。"}
    total, documents = _count(conn, terms, document)
    if not total:
        words = list(dict.fromkeys(word for term in terms for word in cut_words(term)))
        if words != terms and words:
            total, documents = _count(conn, words, document)
            if total:
                terms = words
                answer["message"] = "没有条款逐字包含这一查询，以下条款包含拆开后的每个词。"
    start = int(after) if after and after.isdigit() else 0
    hits = _hits(conn, terms, document, limit, start) if total else []
    return {
        **answer,
        "read_as": " ".join(terms),
        "total": total,
        "documents": documents,
        "hits": hits,
        "next": str(start + limit) if start + limit < total else None,
    }


def read_terms(q: str) -> list[str]:
    """Return the terms of a query: words parted by white space, and phrases in quotes of any kind."""
    found = [(m["phrase"] if m["phrase"] is not None else m["word"]).strip() for m in _TERMS.finditer(q)]
    return list(dict.fromkeys(term for term in found if query_phrase(term)[0]))


def cut_words(term: str) -> list[str]:
    """Cut a glued query into words by jieba: 农民工技能培训 -> 农民工, 技能, 培训."""
    import jieba  # its dictionary takes most of a second to load, and most queries never need it

    jieba.setLogLevel(logging.WARNING)
    return [word for word in jieba.lcut(fold(term), cut_all=False) if query_phrase(word)[0]]


def match_expression(terms: list[str]) -> str:
    """Return the FTS5 expression under which every term stands as a phrase."""
    phrases = []
    for term in terms:
        tokens, prefix = query_phrase(term)
        phrases.append('"' + " ".join(tokens) + '"' + ("*" if prefix else ""))
    return " AND ".join(phrases)


def _where(document: str | None) -> str:
    return "search_index match :match" + (" and u.document_id = :document" if document else "")


def _count(conn: sqlite3.Connection, terms: list[str], document: str | None) -> tuple[int, int]:
    sql = f"""
        select count(*) as total, count(distinct u.document_id) as documents
        from search_index join search_units u on u.id = search_index.rowid where {_where(document)}
    """
    row = rows(conn, sql, {"match": match_expression(terms), "document": document})[0]
    return row["total"], row["documents"]


def _hits(conn: sqlite3.Connection, terms: list[str], document: str | None, limit: int, start: int) -> list[dict]:
    sql = f"""
        select p.id, p.document_id, p.eid, p.kind, p.number, p.heading, p.label, u.text as searched,
               d.province, d.title as document_title, d.issued_on
        from search_index
        join search_units u on u.id = search_index.rowid
        join provisions p on p.id = u.provision_id
        join documents d on d.id = u.document_id
        where {_where(document)}
        order by bm25(search_index, {HEADING_WEIGHT}, 1.0), u.id limit :limit offset :start
    """
    parameters = {"match": match_expression(terms), "document": document, "limit": limit, "start": start}
    hits = rows(conn, sql, parameters)
    innermost = _innermost(conn, hits, terms)
    for hit in hits:
        hit["inner_eid"] = innermost.get(hit["id"], hit["eid"])
        hit["passage"] = passage(hit.pop("searched"), terms)
    return hits


def _innermost(conn: sqlite3.Connection, hits: list[dict], terms: list[str]) -> dict[str, str]:
    """The eid of the deepest provision inside each hit that holds all terms, for a link to the very place."""
    if not hits:
        return {}
    marks = ",".join("?" * len(hits))
    sql = f"select unit_id, eid, text from provisions where unit_id in ({marks}) order by depth, seq desc"
    folded = [fold(term) for term in terms]
    found: dict[str, str] = {}
    for row in conn.execute(sql, [hit["id"] for hit in hits]):
        text = fold(row[2])
        if all(term in text for term in folded):
            found[row[0]] = row[1]
    return found


def passage(text: str, terms: list[str], length: int = PASSAGE) -> list[tuple[str, bool]]:
    """Return a passage of a text around the first places where terms stand, as (piece, is a match) pairs."""
    spans = find_terms(text, terms)
    start, end = _window(text, spans, length)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    position = start
    for span_start, span_end in spans:
        if span_start < start or span_end > end:
            continue
        if span_start > position:
            pieces.append((text[position:span_start], False))
        pieces.append((text[span_start:span_end], True))
        position = span_end
    if position < end:
        pieces.append((text[position:end], False))
    if end < len(text):
        pieces.append(("…", False))
    return pieces


def find_terms(text: str, terms: list[str]) -> list[tuple[int, int]]:
    """Return the places where terms stand in a text, folded on both sides, merged where they overlap."""
    folded, offsets = fold_with_offsets(text)
    spans: list[tuple[int, int]] = []
    for term in terms:
        wanted = fold(term)
        at = folded.find(wanted) if wanted else -1
        while at >= 0:
            spans.append((offsets[at], offsets[at + len(wanted) - 1] + 1))
            at = folded.find(wanted, at + len(wanted))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, spans: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """The stretch that holds most matches, begun and closed where a sense ends."""
    if len(text) <= length:
        return 0, len(text)
    best = max(spans, key=lambda s: (sum(s[0] <= o[0] and o[1] <= s[0] + length - 30 for o in spans), -s[0]), default=(0, 0))
    ends = [0, *(m.end() for m in _SENSE_END.finditer(text)), len(text)]
    start = max((e for e in ends if best[0] - 40 <= e <= best[0]), default=max(0, best[0] - 30))
    end = max((e for e in ends if max(best[1], start + length // 2) <= e <= start + length), default=min(len(text), start + length))
    return start, max(end, best[1])
