"""The original in view, the captured file itself, and the ledger of what was kept, removed and doubted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

from datasette import Response
from datasette.utils import add_cors_headers

from plugins.web.address_pages import answer_elsewhere
from plugins.web.respond import answer_json, answer_missing, answer_page, ask, complete_addresses
from plugins.web.search_export import CONTENT_TYPES
from query.addresses import split_address
from query.documents import describe_document, suggest_documents
from query.ledger import ENTRY_COLUMNS, LEDGER_COLUMNS, read_document_ledger, read_ledger, write_entry_rows, write_ledger_rows
from query.original import read_original
from query.sources import SourceChanged, find_source, read_source
from query.tables import write_table_csv

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_NAME, _LONGEST_NUMBER = 300, 6

ENTRIES_A_PAGE, VERSIONS_A_PAGE = 300, 200

#: A captured page is never a page of this site: no browser may run or show it as one.
_SOURCE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def show_original(datasette, request):
    """The reading text of a version in full, ?page= of a long one, ?at= with a place shown."""
    address = unquote(request.url_vars["address"])

    def question(conn, document_id, version):
        document = describe_document(conn, document_id, version)
        at = (request.args.get("at") or "")[:_LONGEST_NAME] or None
        return document, document and read_original(conn, document, _read_number(request.args.get("page")), at)

    parsed = split_address(address)
    document, original = await ask(datasette, question, *parsed) if parsed else (None, None)
    if not document:
        return await _answer_missing(datasette, request, address, "/original")
    return await answer_page(datasette, request, "original.html", {"document": document, "original": original})


async def show_source(datasette, request):
    """The captured file, byte for byte: as plain text that no browser interprets; to be kept with ?download=1 or where it is no text."""
    address = unquote(request.url_vars["address"])
    parsed = split_address(address)
    document = parsed and await ask(datasette, describe_document, *parsed)
    path = document and find_source(_ROOT, document["version"]["source_file"])
    if not path:
        return await _answer_missing(datasette, request, address, "/source")
    version = document["version"]
    try:
        body = await asyncio.to_thread(read_source, path, version["source_sha256"])
    except SourceChanged:
        advice = "它与建库时记下的 SHA-256 不符，所以这里不提供。重新建库以后就可以下载。"
        context = {"status": 503, "heading": "采集的文件在建库以后有改动", "advice": advice, "query": ""}
        return await answer_page(datasette, request, "error.html", context, status=503)
    headers = {"X-Source-SHA256": version["source_sha256"], "X-Content-Type-Options": "nosniff", "Content-Security-Policy": _SOURCE_POLICY}
    if datasette.cors:
        add_cors_headers(headers)
    # A PDF or a Word file shown as text is rubbish: it is always to be kept.
    if not request.args.get("download") and version["encoding"] != "binary":
        return Response(body, headers=headers, content_type=f"text/plain; charset={version['encoding'] or 'utf-8'}")
    name = f"{document['id']}@v{version['n']}{path.suffix}"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(body, headers=headers, content_type="application/octet-stream")


async def show_ledger(datasette, request):
    """The ledger of all versions, narrowed with ?rule= or ?kind=."""
    rule, kind = _read_name(request, "rule"), _read_name(request, "kind")
    ledger = await ask(datasette, read_ledger, rule, kind)
    form = request.url_vars["format"]
    if form == ".json":
        return answer_json(datasette, ledger)
    if form == ".csv":
        rows = write_ledger_rows(ledger["versions"], complete_addresses(datasette, request))
        return await _answer_csv(LEDGER_COLUMNS, rows, "ledger", "台账")
    paging, shown = _turn(request, ledger["versions"], VERSIONS_A_PAGE)
    context = {"ledger": ledger, "shown": shown, "rule": rule, "kind": kind, "paging": paging, "query_string": _repeat(rule, kind)}
    return await answer_page(datasette, request, "ledger.html", context)


async def show_document_ledger(datasette, request):
    """What was removed from a version, doubted and supplied, in order; ?rule= and ?kind= narrow it."""
    address = unquote(request.url_vars["address"])
    rule, kind = _read_name(request, "rule"), _read_name(request, "kind")

    def question(conn, document_id, version):
        document = describe_document(conn, document_id, version)
        return document, document and read_document_ledger(conn, document, rule, kind)

    parsed = split_address(address)
    document, ledger = await ask(datasette, question, *parsed) if parsed else (None, None)
    if not document:
        return await answer_missing(datasette, request, "ledger", f"台账里没有“{address[:80]}”这份文件，或没有这个版本")
    form = request.url_vars["format"]
    if form == ".json":
        return answer_json(datasette, {"document_id": document["id"], "version": document["version"], **ledger})
    if form == ".csv":
        rows = write_entry_rows(document, ledger["entries"], complete_addresses(datasette, request))
        name = f"{document['id']}@v{document['version']['n']}"
        return await _answer_csv(ENTRY_COLUMNS, rows, f"ledger-{name}", f"台账-{document['title'][:40]}")
    paging, shown = _turn(request, ledger["entries"], ENTRIES_A_PAGE)
    context = {"document": document, "ledger": ledger, "shown": shown, "rule": rule, "kind": kind, "paging": paging,
               "query_string": _repeat(rule, kind), "path": f"/ledger/{document['id']}" + (f"@v{document['version']['n']}" if document["pinned"] else "")}  # fmt: skip
    return await answer_page(datasette, request, "ledger_document.html", context)


async def _answer_missing(datasette, request, address: str, tail: str):
    elsewhere = await answer_elsewhere(datasette, request, address, tail=tail)
    if elsewhere:
        return elsewhere
    document_id = address.partition("@")[0]

    def question(conn):
        return describe_document(conn, document_id), suggest_documents(conn, document_id)

    document, near = await ask(datasette, question)
    context = {"address": address, "document": document, "near_documents": near}
    return await answer_page(datasette, request, "not_found.html", context, status=404)


async def _answer_csv(columns, rows, name: str, title: str) -> Response:
    body = await asyncio.to_thread(write_table_csv, columns, rows)
    disposition = f"attachment; filename=\"{name}.csv\"; filename*=UTF-8''{quote(title + '.csv', safe='')}"
    return Response(body, headers={"Content-Disposition": disposition}, content_type=CONTENT_TYPES["csv"])


def _turn(request, rows, a_page: int):
    """Return where one is in a list of pages, and the rows of the page."""
    pages = max(1, -(-len(rows) // a_page))
    page = min(max(_read_number(request.args.get("page")) or 1, 1), pages)
    return {"page": page, "pages": pages}, rows[(page - 1) * a_page : page * a_page]


def _repeat(rule: str | None, kind: str | None) -> str:
    """The narrowing as a query string, to be taken along by exports and pages."""
    return urlencode([(name, value) for name, value in (("rule", rule), ("kind", kind)) if value], errors="replace")


def _read_name(request, name: str) -> str | None:
    # A lone surrogate can be typed into an address but not be written back as UTF-8.
    return (request.args.get(name) or "").strip()[:_LONGEST_NAME].encode("utf-8", "replace").decode() or None


def _read_number(given: str | None) -> int | None:
    digits = (given or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None
