"""What answers an address that is not a page's permanent one: a redirect, a choice, a notice; and what changed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from datasette import Response
from datasette.utils import add_cors_headers

from plugins.web.respond import answer_json, answer_page, answer_text, ask
from query.addresses import is_address, split_address, write_address
from query.changes import read_changes
from query.documents import describe_document
from query.locate import Located, locate

_LONGEST_NUMBER = 4


async def answer_elsewhere(datasette, request, address: str, eid: str | None = None, tail: str = "") -> Response | None:
    """Answer for what an address means when it is not written as the permanent one; None when it means nothing.

    301 where that can never change, 302 where it may, 300 with a list where it may be several, 410 where it is gone.
    """
    found = await ask(datasette, locate, address, eid)
    form = request.url_vars.get("format") or ""
    if found.state in ("moved", "means"):
        path = write_address(found.document_id, found.eid, found.version) + (tail or form)
        return redirect(datasette, path, 301 if found.state == "moved" else 302, request.query_string)
    if found.state == "choice":
        return await _offer(datasette, request, address, eid, found)
    if found.state == "gone":
        return await _say_gone(datasette, request, found)
    return None


def redirect(datasette, path: str, status: int, query: str = "") -> Response:
    """Redirect to an address of ours, in ASCII; anything else is refused. ``query`` is kept: it may quote words."""
    if not is_address(path.removesuffix("/source").removesuffix("/changes").removesuffix("/original")):
        raise ValueError(f"no address to redirect to: {path!r}")
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    query = quote(query.encode("latin-1", "replace"), safe="=&%+;:@/?!$'()*,-._~")
    return Response.redirect(datasette.urls.path(path) + (f"?{query}" if query else ""), status=status, headers=headers)


async def show_changes(datasette, request):
    """What changed between two versions of a document, ?from=1&to=2."""
    address = unquote(request.url_vars["address"])
    parsed = split_address(address)
    start, is_start_good = _read_number(request.args.get("from"))
    end, is_end_good = _read_number(request.args.get("to"))

    def question(conn):
        document = describe_document(conn, *parsed) if parsed else None
        if document is None or not (is_start_good and is_end_good):
            return document, None
        # /d/x@v2/changes is what changed from version 2 on.
        return document, read_changes(conn, parsed[0], start or parsed[1], end)

    document, changes = await ask(datasette, question)
    form = request.url_vars["format"]
    if document is None:
        return await answer_elsewhere(datasette, request, address, tail="/changes") or await _say_missing(datasette, request, address)
    if changes is None:
        problem = f"《{document['title']}》没有所指的版本，现有第{'、'.join(str(row['n']) for row in document['versions'])}版。"
        return await _say_problem(datasette, request, problem)
    if form == ".json":
        return answer_json(datasette, changes)
    return await answer_page(datasette, request, "changes.html", {**changes, "was": changes["from"], "became": changes["to"]})


async def _offer(datasette, request, address: str, eid: str | None, found: Located) -> Response:
    pin = found.version
    choices = [{**one, "path": write_address(one["document_id"], one["eid"], pin)} for one in found.choices]
    written = eid if eid is not None else address
    if request.url_vars.get("format"):
        error = {"ok": False, "status": 300, "error": f"{written} 可以指不止一处", "choices": choices}
        return answer_json(datasette, error, status=300)
    document = await ask(datasette, describe_document, found.document_id) if found.document_id else None
    context = {"written": written, "document": document, "choices": choices}
    return await answer_page(datasette, request, "choose.html", context, status=300)


async def _say_gone(datasette, request, found: Located) -> Response:
    def question(conn):
        document = describe_document(conn, found.document_id, found.version)
        version = int(found.retired["version_id"].rpartition("@v")[2])
        # What a newer version no longer has is still there in the older one, under its pinned address.
        pinned = locate(conn, f"{found.document_id}@v{version}", found.retired["eid"])
        return document, version, pinned.eid if pinned.state in ("here", "moved") else None

    document, version, eid = await ask(datasette, question)
    path = write_address(found.document_id, eid, version) if eid else None
    retired: dict[str, Any] = {**found.retired, "version": version, "pinned": path}
    if request.url_vars.get("format") == ".json":
        error = {"ok": False, "status": 410, "error": f"{retired['id']}: {retired['reason']}", "retired": retired}
        return answer_json(datasette, error, status=410)
    if request.url_vars.get("format") == ".txt":
        return answer_text(f"{retired['text']}\n\n——这一条已不再收录：{retired['reason']}\n", status=410)
    return await answer_page(datasette, request, "gone.html", {"document": document, "retired": retired}, status=410)


async def _say_missing(datasette, request, address: str) -> Response:
    if request.url_vars.get("format"):
        return answer_json(datasette, {"ok": False, "status": 404, "error": f"no document {address}"}, status=404)
    return await answer_page(datasette, request, "not_found.html", {"address": address, "document": None}, status=404)


async def _say_problem(datasette, request, problem: str) -> Response:
    if request.url_vars.get("format"):
        return answer_json(datasette, {"ok": False, "status": 404, "error": problem}, status=404)
    context = {"status": 404, "heading": problem, "advice": None, "query": ""}
    return await answer_page(datasette, request, "error.html", context, status=404)


def _read_number(given: str | None) -> tuple[int | None, bool]:
    """Read a version's number as ?from= gives it, ``1`` or ``v1``; and whether it could be read."""
    if not given:
        return None, True
    digits = given.strip().lower().removeprefix("v")
    if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER:
        return int(digits), True
    return None, False
