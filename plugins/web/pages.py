"""The routes of the site, and the pages of its texts: a document, a provision, about.

A route asks query/ and renders a template; what an ending after an address (.json, .txt, .bib …) gives is in forms.
"""

from __future__ import annotations

import os
from urllib.parse import unquote

from datasette import hookimpl

from plugins.web.address_pages import answer_elsewhere, show_changes
from plugins.web.compare_export import export_comparison
from plugins.web.compare_page import show_compare
from plugins.web.draft_page import show_draft
from plugins.web.fact_pages import (
    export_indicators, show_agencies, show_agency, show_document_suggestions, show_indicators, show_suggestions, show_theme, show_themes,
)  # fmt: skip
from plugins.web.forms import DOCUMENT_ENDINGS, ENDINGS, answer_form, describe_for_machines, follow_quotation
from plugins.web.health import list_routes
from plugins.web.home_page import show_documents, show_home
from plugins.web.machine_pages import show_feed, show_robots, show_search_feed, show_sitemap, show_theme_feed
from plugins.web.measure_pages import export_measures, show_counterparts, show_measure, show_measures
from plugins.web.options import read_options
from plugins.web.original_pages import show_document_ledger, show_ledger, show_original, show_source
from plugins.web.respond import answer_json, answer_page, ask
from plugins.web.reuse_page import export_passages, export_shares, show_reuse
from plugins.web.search_export import show_export
from plugins.web.search_page import show_search
from query.addresses import split_address
from query.counterparts import count_counterparts, counterparts_of
from query.corpus import describe_corpus
from query.documents import describe_document, list_contents, read_document, suggest_documents
from query.facts import NO_FACTS, citations_of, facts_of, mark_facts
from query.notes import count_notes, read_notes
from query.provisions import read_provision, suggest_provisions
from query.sentences import describe_sentence, list_sentences, mark_sentence, pick_sentence, split_sentence
from query.themes import themes_of_units


@hookimpl
def register_routes(datasette):
    return [
        *list_routes(read_options(os.environ)),
        (r"^/$", show_home),
        (r"^/search$", show_search),
        (r"^/search\.(?P<format>csv|xlsx|json|jsonl)$", show_export),
        (r"^/d(?P<format>\.json)?$", show_documents),
        (r"^/d/(?P<address>[^/]+)/source$", show_source),
        (r"^/d/(?P<address>[^/]+)/original$", show_original),
        (r"^/ledger(?P<format>\.json|\.csv)?$", show_ledger),
        (r"^/ledger/(?P<address>[^/]+?)(?P<format>\.json|\.csv)?$", show_document_ledger),
        (r"^/d/(?P<address>[^/]+)/changes(?P<format>\.json)?$", show_changes),
        (rf"^/d/(?P<address>[^/]+?)(?P<format>{DOCUMENT_ENDINGS})?$", show_document),
        (rf"^/d/(?P<address>[^/]+)/(?P<eid>[^/]+?)(?P<format>{ENDINGS})?$", show_provision),
        (r"^/feed\.atom$", show_feed),
        (r"^/search\.atom$", show_search_feed),
        (r"^/themes/(?P<id>[^/]+)\.atom$", show_theme_feed),
        (r"^/sitemap(?:-(?P<number>[1-9]\d{0,3}))?\.xml$", show_sitemap),
        (r"^/robots\.txt$", show_robots),
        (r"^/themes(?P<format>\.json)?$", show_themes),
        (r"^/themes/(?P<id>[^/]+?)(?P<format>\.json)?$", show_theme),
        (r"^/indicators(?P<format>\.json)?$", show_indicators),
        (r"^/indicators\.(?P<format>csv|xlsx)$", export_indicators),
        (r"^/agencies(?P<format>\.json)?$", show_agencies),
        (r"^/agencies/(?P<id>[^/]+?)(?P<format>\.json)?$", show_agency),
        (r"^/measures(?P<format>\.json)?$", show_measures),
        (r"^/measures\.(?P<format>csv|xlsx|docx)$", export_measures),
        (r"^/measures/(?P<id>[^/]+?)(?P<format>\.json)?$", show_measure),
        (r"^/counterparts/(?P<id>[^/]+)\.json$", show_counterparts),
        (r"^/compare(?P<format>\.json)?$", show_compare),
        (r"^/compare\.(?P<format>docx|xlsx|csv)$", export_comparison),
        (r"^/reuse(?P<format>\.json)?$", show_reuse),
        (r"^/reuse\.csv$", export_passages),
        (r"^/reuse-shares\.csv$", export_shares),
        (r"^/draft(?P<format>\.json)?$", show_draft),
        (r"^/suggest\.json$", show_suggestions),
        (r"^/suggest-documents\.json$", show_document_suggestions),
        (r"^/about$", show_about),
    ]


async def show_document(datasette, request):
    """A document's reading page."""
    address = unquote(request.url_vars["address"])
    parsed = split_address(address)
    with_notes = request.args.get("notes") == "1"
    document = parsed and await ask(datasette, _read_whole, *parsed, with_notes)
    if not document:
        return await _answer_missing_document(datasette, request, address, request.url_vars["format"] or "")
    if request.url_vars["format"]:
        return await answer_form(datasette, request, document)
    quoted = await follow_quotation(datasette, request, document)
    context = {
        "document": document, "contents": list_contents(document["provisions"]), "quoted": quoted,
        **await describe_for_machines(datasette, request, document),
    }  # fmt: skip
    return await answer_page(datasette, request, "document.html", context)


async def show_provision(datasette, request):
    """A provision's page."""
    address, eid = unquote(request.url_vars["address"]), unquote(request.url_vars["eid"])
    parsed = split_address(address)
    plain, number = split_sentence(eid)
    provision = parsed and await ask(datasette, _read_with_facts, parsed[0], plain, parsed[1])
    sentence = pick_sentence(provision, number) if provision and number else None
    if not provision or number and not sentence:
        return await _answer_missing_provision(datasette, request, address, eid)
    shown = describe_sentence(provision, sentence) if sentence else provision
    if request.url_vars["format"]:
        return await answer_form(datasette, request, provision["document"], shown)
    quoted = await follow_quotation(datasette, request, provision["document"], provision)
    machines = await describe_for_machines(datasette, request, provision["document"], shown)
    mark_facts(provision, provision["facts"])
    if sentence:
        mark_sentence(provision, sentence)
    provision = {**provision, "sentence": sentence, "sentences": list_sentences(provision)}
    context = {"provision": provision, "document": provision["document"], "quoted": quoted, **machines}
    return await answer_page(datasette, request, "provision.html", context)


def _read_whole(conn, document_id: str, version: int | None, with_notes: bool = False):
    """A document with what is known of its provisions by their ids: ``themes``, ``elsewhere``, ``notes``; and ``citations``."""
    document = read_document(conn, document_id, version)
    if document is None:
        return None
    document["kept_out"] = count_notes(conn, document["version"]["id"])
    if with_notes:
        document["notes"] = read_notes(conn, document)
    if not document["is_current"]:
        return {**document, "themes": {}, "elsewhere": {}, "citations": {"cites": [], "cited_by": []}}
    return {
        **document,
        "themes": themes_of_units(conn, document_id),
        "elsewhere": count_counterparts(conn, document_id),
        "citations": citations_of(conn, document_id),
    }


def _read_with_facts(conn, document_id: str, eid: str, version: int | None):
    """A provision with its ``facts`` and its ``counterparts``."""
    provision = read_provision(conn, document_id, eid, version)
    if provision is None:
        return None
    return {
        **provision,
        "facts": facts_of(conn, provision["id"]) or NO_FACTS,
        "counterparts": counterparts_of(conn, provision["id"]),
    }


async def show_about(datasette, request):
    """About: what this is, how text is kept, limits, how to cite."""
    corpus = await ask(datasette, describe_corpus)
    return await answer_page(datasette, request, "about.html", {"corpus": corpus})


async def _answer_missing_document(datasette, request, address: str, tail: str = ""):
    elsewhere = await answer_elsewhere(datasette, request, address, tail=tail)
    if elsewhere:
        return elsewhere
    document_id = address.partition("@")[0]

    def question(conn):
        return describe_document(conn, document_id), suggest_documents(conn, document_id)

    document, near = await ask(datasette, question)
    if _wants_data(request):
        return answer_json(datasette, {"ok": False, "status": 404, "error": f"no document {address}"}, status=404)
    context = {"address": address, "document": document, "near_documents": near}
    return await answer_page(datasette, request, "not_found.html", context, status=404)


async def _answer_missing_provision(datasette, request, address: str, eid: str):
    elsewhere = await answer_elsewhere(datasette, request, address, eid)
    if elsewhere:
        return elsewhere
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
    return (request.url_vars.get("format") or "").endswith(".json")
