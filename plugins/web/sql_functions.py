"""SQL functions for the canned queries, which datasette-mcp serves to language models: search, provisions by address, what each document says.

They return JSON for ``json_each``, made by the same functions as the pages, so that all doors give the same answers.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from datasette import hookimpl

from plugins.web.asked import Asked, read_asked, settle
from plugins.web.clock import today
from plugins.web.forms import ENDINGS
from query.addresses import split_address
from query.citation import cite_by_law_manual, gather
from query.corpus import read_build
from query.database import one
from query.documents import describe_document
from query.export import MATCH_NAMES, flatten
from query.facets import FACETS, Catalogue, load_catalogue, resolve
from query.language import parse
from query.search import LARGEST_PAGE, search

MOST_ADDRESSES, MOST_DOCUMENTS = 20, 50
_ENDING = re.compile(rf"(?:{ENDINGS})\Z")
_BETWEEN_VALUES = re.compile(r"[,，、;；\s]+")


@hookimpl
def prepare_connection(conn, database, datasette):
    if database != "kb":
        return

    def path(address: str) -> str:
        return datasette.urls.path(address)

    def policy_search(*arguments: Any) -> str:
        return _dump(find(conn, path, *map(_text, arguments)))

    def policy_compare(q: Any) -> str:
        return _dump(compare(conn, path, _text(q)))

    def policy_read(addresses: Any) -> str:
        return _dump(read(conn, path, _text(addresses)))

    conn.create_function("policy_search", 10, policy_search)
    conn.create_function("policy_compare", 1, policy_compare)
    conn.create_function("policy_read", 1, policy_read)


def find(
    conn: sqlite3.Connection, path: Callable[[str], str], q: str, province: str, year: str, type: str, kind: str,
    agency: str, doc: str, scope: str, sort: str, after: str,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return what the search finds, a page of 200 rows in its order, each with what is said of the whole.

    A facet takes several values, by name or by id, parted by a comma or a blank.
    """
    catalogue = load_catalogue(conn)
    given = dict(province=province, year=year, type=type, kind=kind, agency=agency, doc=doc)
    asked = read_asked(_Arguments(q=[q], scope=[scope], sort=[sort], after=[after]))
    chosen = {facet: _read_values(catalogue, facet, given[facet]) for facet in FACETS if facet in given}
    asked = Asked(asked.q, {facet: values for facet, values in chosen.items() if values}, asked.scope, asked.sort, asked.after)
    answer = search(conn, asked.q, limit=LARGEST_PAGE, after=asked.after or None, scope=asked.scope, sort=asked.sort, chosen=asked.chosen)
    kinds = _name_kinds(catalogue)
    said = " ".join([*answer["remarks"], *([answer["message"]] if answer["message"] else [])])
    whole = {"total": answer["total"], "is_estimate": answer["is_estimate"], "next": answer["next"], "remarks": said or None}
    rows = []
    for match, hits in (("exact", answer["hits"]), ("related", answer["related"])):
        for hit in hits:
            row = flatten({**hit, "match": match}, path, kinds)
            passage = "".join(words for words, _ in hit["passage"])
            matched = "、".join(row["matched"])
            rows.append({**row, **whole, "match": MATCH_NAMES[match], "matched": matched, "passage": passage})
    return rows


def compare(conn: sqlite3.Connection, path: Callable[[str], str], q: str) -> list[dict[str, Any]]:
    """Return the best literal hit of each document, those with most hits first, with how many the document has."""
    catalogue = load_catalogue(conn)
    asked = read_asked(_Arguments(q=[q]))
    answer = search(conn, asked.q, limit=1)
    settled = settle(asked, answer, catalogue)
    documents = next((facet["values"] for facet in answer["facets"] if facet["facet"] == "doc"), [])
    found = [value for value in documents if value["count"] and (value["selected"] or not answer["chosen"].get("doc"))]
    rows = []
    for value in found[:MOST_DOCUMENTS]:
        chosen = {**settled.chosen, "doc": (value["value"],)}
        # As the search read it, and not cut anew: each document must be asked for the same words.
        hits = search(conn, _words(answer), limit=1, chosen=chosen)["hits"]
        rows += [{**flatten(hit, path, {}), "provisions": value["count"], "documents": len(found)} for hit in hits]
    return [{**row, "matched": "、".join(row["matched"])} for row in rows]


def _words(answer: dict[str, Any]) -> str:
    return replace(parse(answer["read_as"]), filters=()).in_words()


def read(conn: sqlite3.Connection, path: Callable[[str], str], addresses: str) -> list[dict[str, Any]]:
    """Return the provisions at some addresses, in their order; one that leads nowhere says so in ``problem``.

    An address is a full one, its path, or a provision's id; blanks or commas stand between several.
    """
    kinds = _name_kinds(load_catalogue(conn))
    rows = []
    for asked in [word for word in _BETWEEN_VALUES.split(addresses) if word][:MOST_ADDRESSES]:
        row = _read_one(conn, path, kinds, asked)
        rows.append({"asked": asked, "problem": None, **row} if row else {"asked": asked, "problem": "没有这一条，或没有这个版本"})
    return rows


def _read_one(conn: sqlite3.Connection, path: Callable[[str], str], kinds: dict[str, str], asked: str) -> dict[str, Any] | None:
    place = _split(asked)
    if place is None:
        return None
    document_id, version, eid = place
    sql = """
        select p.id, p.document_id, p.eid, p.kind, p.heading, p.label, p.text, p.sha256, p.version_id as current_version,
               d.title as document_title, d.title_supplied, d.province, d.doc_type, d.doc_number, d.issuers, d.issued_on,
               d.source_url
        from provisions p join documents d on d.id = p.document_id
        where p.id = ? and p.version_id = ?
    """
    version_id = f"{document_id}@v{version}" if version else None
    if version_id is None:
        document = one(conn, "select current_version from documents where id = ?", [document_id])
        version_id = document["current_version"] if document else ""
    found = one(conn, sql, [f"{document_id}__{eid}", version_id])
    if found is None:
        return None
    row = flatten({**found, "matched": ()}, path, kinds)
    issuers = json.loads(found["issuers"] or "[]")
    document = describe_document(conn, document_id, version)
    citation = cite_by_law_manual(gather(document, found["eid"], row["address"], today(), read_build(conn).get("corpus_name")))
    return {**row, "doc_number": found["doc_number"], "issuers": "、".join(issuers), "citation": citation}


def _split(asked: str) -> tuple[str, int | None, str] | None:
    """Split a full address, a path or a provision's id into document, version and eid."""
    words = unquote(urlsplit(asked).path if "://" in asked else asked).partition("#")[0].strip()
    if "/d/" in words:
        document, _, eid = words.rpartition("/d/")[2].partition("/")
        address = split_address(document)
        eid = _ENDING.sub("", eid)
        return (*address, eid) if address and eid else None
    document, _, eid = words.partition("__")
    address = split_address(document)
    return (*address, eid) if address and eid else None


def _name_kinds(catalogue: Catalogue) -> dict[str, str]:
    return {value: label for (facet, value), label in catalogue.labels.items() if facet == "kind"}


def _read_values(catalogue: Catalogue, facet: str, given: str) -> tuple[str, ...]:
    values: list[str] = []
    for typed in filter(None, _BETWEEN_VALUES.split(given)):
        values += resolve(catalogue, facet, typed) or [typed]
    return tuple(dict.fromkeys(values))


class _Arguments(dict):
    """Values by name, as an address's parameters are read."""

    def get(self, name, default=None):
        return self[name][0] if self.getlist(name) else default

    def getlist(self, name):
        return super().get(name) or []


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)
