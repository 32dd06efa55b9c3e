"""The routes of the site, and the pages of its texts: home, documents, a document, a provision, a captured file, about.

A route asks query/ and renders a template; addresses ending in .json and .txt give the same data.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote

from datasette import Response, hookimpl

from plugins.web.fact_pages import (
    export_indicators, show_agencies, show_agency, show_indicators, show_suggestions, show_theme, show_themes,
)  # fmt: skip
from plugins.web.respond import answer_json, answer_page, answer_text, ask
from plugins.web.search_export import show_export
from plugins.web.search_page import show_search
from plugins.web.words import EXAMPLES
from query.addresses import split_address, write_address
from query.corpus import describe_corpus, group_by_province, list_documents
from query.documents import describe_document, list_contents, read_document, suggest_documents
from query.facts import citations_of, facts_of, mark_facts
from query.plain import write_document, write_provision
from query.provisions import read_provision, suggest_provisions
from query.sources import find_source
from query.themes import theme_matrix, themes_of_units

_ROOT = Path(__file__).resolve().parents[2]


@hookimpl
def register_routes():
    return [
        (r"^/$", show_home),
        (r"^/search$", show_search),
        (r"^/search\.(?P<format>csv|xlsx|json|jsonl)$", show_export),
        (r"^/d(?P<format>\.json)?$", show_documents),
        (r"^/d/(?P<address>[^/]+)/source$", show_source),
        (r"^/d/(?P<address>[^/]+?)(?P<format>\.json|\.txt)?$", show_document),
        (r"^/d/(?P<address>[^/]+)/(?P<eid>[^/]+?)(?P<format>\.json|\.txt)?$", show_provision),
        (r"^/themes(?P<format>\.json)?$", show_themes),
        (r"^/themes/(?P<id>[^/]+?)(?P<format>\.json)?$", show_theme),
        (r"^/indicators(?P<format>\.json)?$", show_indicators),
        (r"^/indicators\.(?P<format>csv|xlsx)$", export_indicators),
        (r"^/agencies(?P<format>\.json)?$", show_agencies),
        (r"^/agencies/(?P<id>[^/]+?)(?P<format>\.json)?$", show_agency),
        (r"^/suggest\.json$", show_suggestions),
        (r"^/about$", show_about),
    ]


async def show_home(datasette, request):
    """Home: search field, what is in here, documents by province."""

    def question(conn):
        return describe_corpus(conn), group_by_province(list_documents(conn)), theme_matrix(conn)

    corpus, provinces, matrix = await ask(datasette, question)
    context = {"corpus": corpus, "provinces": provinces, "matrix": matrix, "examples": EXAMPLES}
    return await answer_page(datasette, request, "home.html", context)


async def show_documents(datasette, request):
    """The list of documents by province, narrowed with ?province=."""
    province = request.args.get("province") or None
    documents = await ask(datasette, list_documents, province)
    if request.url_vars["format"]:
        return answer_json(datasette, documents)
    context = {"provinces": group_by_province(documents), "total": len(documents), "narrowed": province}
    return await answer_page(datasette, request, "documents.html", context)


async def show_document(datasette, request):
    """A document's reading page."""
    address = unquote(request.url_vars["address"])
    parsed = split_address(address)
    document = parsed and await ask(datasette, _read_whole, *parsed)
    if not document:
        return await _answer_missing_document(datasette, request, address)
    form = request.url_vars["format"]
    if form == ".json":
        return answer_json(datasette, document)
    if form == ".txt":
        return answer_text(write_document(document, _pinned(datasette, request, document)))
    context = {"document": document, "contents": list_contents(document["provisions"])}
    return await answer_page(datasette, request, "document.html", context)


async def show_provision(datasette, request):
    """A provision's page."""
    address, eid = unquote(request.url_vars["address"]), unquote(request.url_vars["eid"])
    parsed = split_address(address)
    provision = parsed and await ask(datasette, _read_with_facts, parsed[0], eid, parsed[1])
    if not provision:
        return await _answer_missing_provision(datasette, request, address, eid)
    pinned = _pinned(datasette, request, provision["document"], eid)
    form = request.url_vars["format"]
    if form == ".json":
        return answer_json(datasette, {**provision, "address": pinned})
    if form == ".txt":
        return answer_text(write_provision(provision, pinned))
    mark_facts(provision, provision["facts"])
    context = {"provision": provision, "document": provision["document"], "pinned": pinned}
    return await answer_page(datasette, request, "provision.html", context)


def _read_whole(conn, document_id: str, version: int | None):
    """A document with what is known of its provisions: ``themes`` by provision id, and ``citations``."""
    document = read_document(conn, document_id, version)
    if document is None:
        return None
    return {**document, "themes": themes_of_units(conn, document_id), "citations": citations_of(conn, document_id)}


def _read_with_facts(conn, document_id: str, eid: str, version: int | None):
    """A provision with its ``facts``."""
    provision = read_provision(conn, document_id, eid, version)
    if provision is None:
        return None
    return {**provision, "facts": facts_of(conn, provision["id"])}


async def show_source(datasette, request):
    """The captured file, byte for byte, as plain text that no browser interprets."""
    address = unquote(request.url_vars["address"])
    parsed = split_address(address)
    document = parsed and await ask(datasette, describe_document, *parsed)
    path = document and find_source(_ROOT, document["version"]["source_file"])
    if not path:
        return await _answer_missing_document(datasette, request, address)
    body = await asyncio.to_thread(path.read_bytes)
    charset = document["version"]["encoding"] or "utf-8"
    return Response(body, content_type=f"text/plain; charset={charset}")


async def show_about(datasette, request):
    """About: what this is, how text is kept, limits, how to cite."""
    corpus = await ask(datasette, describe_corpus)
    return await answer_page(datasette, request, "about.html", {"corpus": corpus})


async def _answer_missing_document(datasette, request, address: str):
    document_id = address.partition("@")[0]

    def question(conn):
        return describe_document(conn, document_id), suggest_documents(conn, document_id)

    document, near = await ask(datasette, question)
    if _wants_data(request):
        return answer_json(datasette, {"ok": False, "status": 404, "error": f"no document {address}"}, status=404)
    context = {"address": address, "document": document, "near_documents": near}
    return await answer_page(datasette, request, "not_found.html", context, status=404)


async def _answer_missing_provision(datasette, request, address: str, eid: str):
    document_id = address.partition("@")[0]

    def question(conn):
        document = describe_document(conn, document_id)
        return document, suggest_provisions(conn, document_id, eid[:200]) if document else []

    document, near = await ask(datasette, question)
    if document is None or split_address(address) is None:
        return await _answer_missing_document(datasette, request, address)
    if _wants_data(request):
        error = {"ok": False, "status": 404, "error": f"no provision {eid} in {address}", "near": near}
        return answer_json(datasette, error, status=404)
    context = {"address": address, "document": document, "eid": eid, "near": near}
    return await answer_page(datasette, request, "not_found.html", context, status=404)


def _wants_data(request) -> bool:
    return request.url_vars.get("format") == ".json"


def _pinned(datasette, request, document, eid=None) -> str:
    """Return the full address of the version shown, which stays the same when a newer one arrives."""
    path = write_address(document["id"], eid, document["version"]["n"])
    return datasette.absolute_url(request, datasette.urls.path(path))
