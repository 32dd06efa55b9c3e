"""What a watcher asks (/-/health), and what of Datasette's pages about itself is not for the public."""

from __future__ import annotations

import sqlite3

from datasette import Forbidden, Response

from plugins.web.options import Options
from plugins.web.respond import DatabaseMissing, SearchTooSlow, ask
from query.corpus import read_build

# Paths of files, settings, threads, libraries; a login that nobody has. What programs use stays open.
_CLOSED = r"^/-/(?!static/|static-plugins/|mcp$|health$|metadata(?:\.json)?$).*$"


def list_routes(options: Options) -> list[tuple]:
    """Return the routes of this module; on one's own machine Datasette's pages about itself are open."""
    return [(r"^/-/health$", show_health), *([] if options.is_local else [(_CLOSED, refuse_inside)])]


async def show_health(datasette) -> Response:
    """200 when kb.db is there and answers, with what it was built from; 503 when it does not."""
    headers = {"Cache-Control": "no-store"}
    try:
        build = await ask(datasette, read_build)
    except (DatabaseMissing, SearchTooSlow, sqlite3.Error, KeyError):
        return Response.json({"ok": False, "error": "kb.db is missing or does not answer"}, status=503, headers=headers)
    told = ("corpus_version", "corpus_released_on", "corpus_sha256", "tool_sha256", "count_documents", "count_provisions")
    return Response.json({"ok": True, **{key: build[key] for key in told if key in build}}, headers=headers)


async def refuse_inside(request):
    raise Forbidden(request.path)
