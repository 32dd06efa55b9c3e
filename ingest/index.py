"""Make the search index: what is searched, and under which tokens.

A unit's id says where it belongs, so that scope and facets need no join:
``document << 28 | clause << 12 | box in it << 4 | kind``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlite_utils

from ingest.records import UnfitError
from ingest.tables import create_table
from lang.tokens import index_tokens

Row = dict[str, Any]

KINDS = ("annex", "chapter", "section", "part", "article", "clause", "box", "paragraph", "item", "goal", "note", "row")
UNIT_KINDS = {"clause", "article", "box"}
CONTAINER_KINDS = {"annex", "chapter", "section", "part"}

DOCUMENT_SHIFT, CLAUSE_SHIFT, BOX_SHIFT = 28, 12, 4
MOST_CLAUSES, MOST_BOXES = 1 << 16, 1 << 8

SENTENCE = re.compile(r"[^。；;\n]*[。；;\n]?")

SEARCH_TABLES: dict[str, dict[str, Any]] = {
    "search_units": dict(id=int, provision_id=str, document_id=str, text=str),
    "unit_vectors": dict(id=int, vector=bytes),
    "facets": dict(facet=str, value=str, label=str, token=str, code=int),
    "document_facets": dict(document_id=str, facet=str, value=str),
    "unit_facets": dict(unit_id=int, facet=str, value=str),
    "lexicon": dict(word=str),
    "synonyms": dict(word=str, group_id=int),
    "words": dict(word=str, idf=float, length=float, vector=bytes),
}  # fmt: skip


SEARCH_KEYS: dict[str, Any] = {
    "facets": ("facet", "value"),
    "document_facets": ("document_id", "facet", "value"),
    "unit_facets": ("unit_id", "facet", "value"),
    "lexicon": "word",
    "synonyms": "word",
    "words": "word",
}


def create_search_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of the index, empty."""
    for name, columns in SEARCH_TABLES.items():
        create_table(db, name, columns, SEARCH_KEYS.get(name, "id"), is_sorted=name in ("facets", "words"))
    # Contentless: the index holds no second copy of the text; the tokens are made by lang.
    # prefix: one character alone is a prefix of its bigrams, and without an index of its own a slow one.
    db.execute("create virtual table search_index using fts5(heading, body, facets, content='', tokenize='unicode61', prefix='1')")
    # Headings once more by themselves: a query that is too broad to rank wholly is ranked by these,
    # and a column filter on the large index would read every position of the body for it.
    db.execute("create virtual table search_headings using fts5(heading, facets, content='', tokenize='unicode61', prefix='1')")


def unit_ids(rows: Sequence[dict[str, Any]], document: int) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Yield (id, row, searched text) for each provision row that is a unit of search.

    ``rows`` are a document's provisions in order; ``document`` is its number in the index. A box
    belongs with the clause it stands in. A part stands for its heading alone: what it holds is
    searched itself.
    """
    clause, boxes = 0, 0
    for row in rows:
        if row["unit_id"] != row["id"]:
            continue
        if row["kind"] == "box" and boxes + 1 < MOST_BOXES and clause:
            boxes += 1
        else:
            clause, boxes = clause + 1, 0
        if clause >= MOST_CLAUSES:
            raise UnfitError(f"has more than {MOST_CLAUSES:,} clauses, no document has; save the part that is the document")
        text = f"{row['number'] or ''}{row['heading'] or ''}" if row["kind"] in CONTAINER_KINDS else row["text"]
        kind = KINDS.index(row["kind"])
        yield document << DOCUMENT_SHIFT | clause << CLAUSE_SHIFT | boxes << BOX_SHIFT | kind, row, text


def document_facets(row: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return a document's values of each facet, as (value, label)."""
    year = (row["issued_on"] or row["id"].split("-")[1])[:4]
    return {
        "province": [(row["province_code"], row["province"])],
        "year": [(year, year)],
        "type": [(row["doc_type"], row["doc_type"])] if row["doc_type"] else [],
        "agency": [(name, name) for name in json.loads(row["issuers"])],
        "doc": [(row["id"], row["title"])],
    }


def index_document(
    number: int,
    document: Row,
    provisions: Sequence[Row],
    unit_facets: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] | None = None,
) -> dict[str, list[Row]]:
    """Return the rows by table that make a document searchable, under the number that stands in its units' ids.

    ``unit_facets`` are (value, label) pairs by facet by provision: themes, audiences, force.
    """
    values_of = document_facets(document)
    facets = {
        (facet, value): _facet(facet, value, label, number if facet == "doc" else None)
        for facet, values in values_of.items()
        for value, label in values
    }
    tokens = ["all", *(row["token"] for row in facets.values())]
    rows: dict[str, list[Row]] = {name: [] for name in ("search_units", "unit_facets", "search_index", "search_headings")}
    for unit_id, row, text in unit_ids(provisions, number):
        own = [*tokens, f"kind{KINDS.index(row['kind'])}"]
        for facet, values in ((unit_facets or {}).get(row["id"]) or {}).items():
            for value, label in values:
                known = facets.setdefault((facet, value), _facet(facet, value, label, None))
                own.append(known["token"])
                rows["unit_facets"].append({"unit_id": unit_id, "facet": facet, "value": value})
        heading = index_text(row["heading"] or "")
        rows["search_units"].append({"rowid": unit_id, "provision_id": row["id"], "document_id": row["document_id"], "text": text})
        rows["search_index"].append({"rowid": unit_id, "heading": heading, "body": index_text(text), "facets": " ".join(own)})
        if row["heading"]:
            rows["search_headings"].append({"rowid": unit_id, "heading": heading, "facets": " ".join(own)})
    rows["document_facets"] = [
        {"document_id": document["id"], "facet": facet, "value": value} for facet, values in values_of.items() for value, _ in values
    ]
    rows["facets"] = list(facets.values())
    return rows


def index_text(text: str) -> str:
    """The bigrams of a text, sentence by sentence: policy texts repeat each other, and each is made once."""
    return " ".join(filter(None, map(_index_sentence, SENTENCE.findall(text))))


@lru_cache(maxsize=50_000)
def _index_sentence(sentence: str) -> str:
    return " ".join(index_tokens(sentence))


def kind_facets() -> list[Row]:
    """Return the values of the facet that no document brings: the kinds of units."""
    return [
        {"facet": "kind", "value": kind, "label": KIND_LABELS[kind], "token": f"kind{code}", "code": code} for code, kind in enumerate(KINDS)
    ]


def _facet(facet: str, value: str, label: str, code: int | None) -> Row:
    """A value's token depends on nothing but the value: what other documents there are changes no index."""
    # No sign in it: unicode61 would part it.
    token = f"{facet}{code}" if code is not None else f"{facet}{hashlib.sha256(value.encode()).hexdigest()[:12]}"
    return {"facet": facet, "value": value, "label": label, "token": token, "code": code}


KIND_LABELS = {
    "annex": "附件", "chapter": "章", "section": "节", "part": "部分", "article": "条", "clause": "条款", "box": "专栏",
    "paragraph": "段", "item": "项", "goal": "分项", "note": "注", "row": "表行",
}  # fmt: skip
