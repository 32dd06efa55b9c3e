"""Ask kb.db off the event loop, and answer as a page, as JSON or as plain text."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from datasette import Response
from datasette.utils import add_cors_headers

from plugins.web.leave import stop_if_left
from plugins.web.policy import STRICT_POLICY
from query.patience import limited

_DOWNLOAD_PATIENCE = 15  # times the limit for a page: who takes away a table of all documents waits for it


class DatabaseMissing(Exception):
    """There is no kb.db beside the configuration: it has not been built yet."""


class SearchTooSlow(Exception):
    """A question to kb.db ran into the time limit."""


async def ask(datasette, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call ``question(conn, *args, **kwargs)`` in a database thread, under the SQL time limit of the settings."""
    return await _ask(datasette, 1, question, *args, **kwargs)


async def ask_for_download(datasette, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """As ``ask``, with the patience of one who takes away all that there is."""
    return await _ask(datasette, _DOWNLOAD_PATIENCE, question, *args, **kwargs)


async def _ask(datasette, patience: int, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        database = datasette.get_database("kb")
    except KeyError:
        raise DatabaseMissing from None

    def run(conn: sqlite3.Connection) -> Any:
        with limited(conn, patience * datasette.setting("sql_time_limit_ms") / 1000):
            return question(conn, *args, **kwargs)

    with _slowness_named():
        return await database.execute_fn(run)


def lend_connection(datasette) -> AbstractContextManager[sqlite3.Connection]:
    """Lend a connection to kb.db for what takes long and wanders from thread to thread; of the request's own build."""
    try:
        return datasette.get_database("kb").lend()
    except KeyError:
        raise DatabaseMissing from None


async def in_thread(function: Callable[[], Any]) -> Any:
    """Call a function that may wait for SQLite or a file, in a thread that is none of the database's."""
    with _slowness_named():
        return await asyncio.to_thread(function)


@contextmanager
def _slowness_named():
    try:
        yield
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise SearchTooSlow from error
        raise


def complete_addresses(datasette, request) -> Callable[[str], str]:
    """Return what makes a path of the site a whole address; asked of Datasette once, for a table has tens of thousands."""
    root = datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")
    return lambda path: root + path


class ByteStream:
    """An answer in pieces: ``take`` returns the next one, None at the end; ``close`` is called in any case.

    When a piece fails the connection breaks off, so that nobody takes half a file for the whole.
    """

    def __init__(
        self, first: bytes | None, take: Callable[[], bytes | None], close: Callable[[], None], headers, content_type: str
    ) -> None:
        self.first, self.take, self.close = first, take, close
        self.headers = {**headers, "content-type": content_type}

    async def asgi_send(self, send) -> None:
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            piece = self.first
            while piece is not None:
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                stop_if_left()
                piece = await in_thread(self.take)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.close()


async def answer_page(datasette, request, template: str, context: dict[str, Any], status: int = 200) -> Response:
    """Render ``templates/site/<template>`` with our strict content policy."""
    body = await datasette.render_template(f"site/{template}", context, request=request, view_name="site")
    return Response.html(body, status=status, headers={"Content-Security-Policy": STRICT_POLICY})


async def answer_missing(datasette, request, section: str, problem: str) -> Response:
    """Answer that an entry of a section (themes, agencies, measures) is not there, and where the others are."""
    if request.url_vars.get("format"):
        return answer_json(datasette, {"ok": False, "status": 404, "error": problem}, status=404)
    context = {"status": 404, "heading": problem, "advice": None, "query": "", "section": section}
    return await answer_page(datasette, request, "error.html", context, status=404)


def answer_json(datasette, data: Any, status: int = 200) -> Response:
    """Answer with JSON in UTF-8, readable by eye."""
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    body = json.dumps(data, ensure_ascii=False, indent=1)
    return Response(body, status=status, headers=headers, content_type="application/json; charset=utf-8")


def answer_text(body: str, status: int = 200) -> Response:
    """Answer with plain text in UTF-8."""
    return Response.text(body, status=status)
